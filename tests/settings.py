"""The site's settings as the tests run it: SQLite unless DATABASE_URL names another, time limits scaled down."""

import os
import tempfile
from pathlib import Path

_scratch = Path(os.environ.setdefault("TOUCHSTONE_TEST_DIR", tempfile.mkdtemp(prefix="touchstone-test-")))
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_scratch}/test.sqlite3")
os.environ.setdefault("DATA_DIR", str(_scratch))

from marketplace.settings import *  # noqa: E402, F403

# A file also for SQLite: threads and worker processes of a test open it by themselves.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / "test.sqlite3")}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
