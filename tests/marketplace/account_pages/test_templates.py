"""Every page and letter of signing in that can be reached is ours, and stands in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import allauth
import pytest
from django.template.loader import get_template

THEIRS = Path(allauth.__file__).parent / "templates"
# Ways of signing in that this site does not have, and what only they use.
UNREACHED = re.compile(
    r"phone|passkey|webauthn|login_code|_code_|_code\.|base_|elements/|layouts/|openid/|idp/|snippets/|trust\.html"
    r"|login_redirect|warn_no_email|/base\.html|account_connected_updated"
)


def reached() -> list[str]:
    names = (str(path.relative_to(THEIRS)) for path in sorted(THEIRS.rglob("*")) if path.is_file())
    return [name for name in names if not UNREACHED.search(name) and not name.endswith("download.txt")]


@pytest.mark.parametrize("name", reached())
def test_is_ours(name):
    assert not str(get_template(name).origin).startswith(str(THEIRS))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.django_db
def test_pages_before_one_is_in_open_in_both_languages(client, language):
    paths = [
        "login/",
        "signup/",
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/1-x/",
        "password/reset/key/done/",
        "confirm-email/",
        "confirm-email/x/",
        "inactive/",
    ]
    for path in paths:
        answer = client.get(f"/{language}/account/{path}")
        assert answer.status_code == 200, path
        assert 'class="card entrance"' in answer.content.decode(), path
        assert "noindex" in answer.content.decode(), path
