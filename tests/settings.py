"""The site's settings as the tests run it: SQLite unless DATABASE_URL names another, time limits scaled down."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# One directory per run, which its first process makes and removes; the others find it in the environment.
if "TOUCHSTONE_TEST_DIR" not in os.environ:
    os.environ["TOUCHSTONE_TEST_DIR"] = tempfile.mkdtemp(prefix="touchstone-test-")
    atexit.register(shutil.rmtree, os.environ["TOUCHSTONE_TEST_DIR"], ignore_errors=True)
_scratch = Path(os.environ["TOUCHSTONE_TEST_DIR"])
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_scratch}/test.sqlite3")
os.environ.setdefault("DATA_DIR", str(_scratch))

from marketplace.settings import *  # noqa: E402, F403

# A file also for SQLite: threads and worker processes of a test open it by themselves.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / "test.sqlite3")}  # noqa: F405
else:  # two runs on one server do not meet
    DATABASES["default"]["TEST"] = {"NAME": _scratch.name.replace("-", "_")}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Each test process counts by itself, and each test from nothing (tests/conftest.py).
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# A test looks at what is rendered now; those of the cache itself turn it on.
PAGE_CACHE_S = 0
