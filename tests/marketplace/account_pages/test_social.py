"""Another site's sign-in is there when it is set up, whole, and else there is no trace of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# A process of its own: which apps there are is decided once per process.
WALK = """
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
settings.ALLOWED_HOSTS = ["testserver"]
call_command("migrate", verbosity=0)
client = Client()
page = client.get("/en/account/login/")
assert "Go on with GitHub" in page.text, page.text
assert "GitLab" not in page.text
assert "form-action 'self' https://github.com;" in page.headers["Content-Security-Policy"] + ";"
away = client.post("/en/account/github/login/?process=login")
where = away.headers["Location"]
assert where.startswith("https://github.com/login/oauth/authorize"), where
assert "an-id" in where and "code_challenge=" in where and "not-a-real" not in where
back = client.get("/en/account/github/login/callback/?error=access_denied", follow=True)
assert "Not signed in" in back.text, back.text
from allauth.account.models import EmailAddress
from marketplace.accounts.models import User
user = User.objects.create_user("ann", "ann@example.org", "not-a-real-password")
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
client.post("/en/account/login/", {"login": "ann@example.org", "password": "not-a-real-password"})
assert "Tie to GitHub" in client.get("/en/account/3rdparty/").text
"""


def run(code: str, tmp_path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
    own = {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "marketplace.settings", "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=ROOT, env={**env, **own, **environment}, text=True, capture_output=True, check=False
    )


def test_a_site_that_is_set_up_signs_people_in(tmp_path):
    done = run(WALK, tmp_path, GITHUB_CLIENT_ID="an-id", GITHUB_CLIENT_SECRET="not-a-real-secret")
    assert done.returncode == 0, done.stderr[-3000:]


def test_half_a_set_up_is_refused(tmp_path):
    done = run("import django; django.setup()", tmp_path, GITLAB_CLIENT_ID="an-id")
    assert "GITLAB_CLIENT_ID and GITLAB_CLIENT_SECRET go together" in done.stderr


@pytest.mark.django_db
def test_no_dead_buttons(client):
    for page in ("login", "signup"):
        text = client.get(f"/en/account/{page}/").content.decode()
        assert "GitHub" not in text
        assert "Go on with" not in text
    assert client.get("/en/account/github/login/").status_code == 404
