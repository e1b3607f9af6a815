"""Letters: a file each where nothing is mailed, said in the log; SMTP by one setting; none takes a page down."""

from __future__ import annotations

import logging
import secrets
import smtplib

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.db import transaction

from marketplace import settings as ours
from marketplace.accounts import letter_files, letters

FILES = "marketplace.accounts.letter_files.LetterFiles"


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND = FILES
    settings.LETTERS_FOLDER = tmp_path / "mail"
    return settings.LETTERS_FOLDER


def test_each_letter_is_a_file_of_its_owners_alone(folder, caplog):
    caplog.set_level(logging.INFO, "marketplace.accounts")
    EmailMessage("确认邮箱", "一封信\n", to=["ann@example.org"]).send()
    EmailMessage("确认邮箱", "一封信\n", to=["ann@example.org"]).send()
    files = list(folder.iterdir())
    assert len(files) == 2
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert folder.stat().st_mode & 0o777 == 0o700
    text = files[0].read_text()
    assert "To: ann@example.org\n" in text
    assert text.endswith("\n\n一封信\n")
    assert "a letter to ann@example.org, “确认邮箱”" in caplog.text
    assert str(files[0]) in caplog.text


def test_a_subject_leads_nowhere_else(folder):
    EmailMessage("../../etc/passwd", "x", to=["ann@example.org"]).send()
    assert [file.parent for file in folder.iterdir()] == [folder]


def test_pages_say_where_letters_go_but_not_in_production(folder, settings):
    assert letter_files.folder_to_show() == str(folder)
    settings.PRODUCTION = True
    assert letter_files.folder_to_show() == ""


def test_pages_say_nothing_where_letters_are_mailed(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert letter_files.folder_to_show() == ""


@pytest.mark.parametrize(
    ("url", "host", "port", "ssl", "tls"),
    [
        ("smtp://mail.example.org", "mail.example.org", 587, False, True),
        ("smtps://mail.example.org", "mail.example.org", 465, True, False),
        ("smtp://mail.example.org:25?tls=0", "mail.example.org", 25, False, False),
    ],
)
def test_reads_a_mail_servers_url(url, host, port, ssl, tls):
    read = ours.mail(url)
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"], read["EMAIL_USE_SSL"], read["EMAIL_USE_TLS"]) == (
        host,
        port,
        ssl,
        tls,
    )


def test_unquotes_user_and_password():
    read = ours.mail("smtps://ann%40example.org:a%2Fb@mail.example.org")
    assert (read["EMAIL_HOST_USER"], read["EMAIL_HOST_PASSWORD"]) == ("ann@example.org", "a/b")


@pytest.mark.parametrize(
    "bad", ["mail.example.org", "http://h", "smtp://", "smtp://h:99999", "smtp://h/x", "smtp://h?x"]
)
def test_refuses_a_mail_servers_url_without_repeating_it(bad):
    canary = f"canary-{secrets.token_hex(8)}"
    url = bad.replace("://", f"://u:{canary}@", 1)
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL") as refusal:
        ours.mail(url)
    assert canary not in str(refusal.value)


@pytest.mark.django_db(transaction=True)
def test_a_letter_goes_out_after_the_commit_and_never_after_a_rollback(folder):
    with transaction.atomic():
        letters.send("account_deleted", to="ann@example.org")
        transaction.set_rollback(True)
    assert not folder.exists()
    with transaction.atomic():
        letters.send("account_deleted", to="ann@example.org")
        assert not folder.exists()
    assert len(list(folder.iterdir())) == 1


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_cannot_be_sent_is_logged(monkeypatch, caplog):
    def refuse(*_args, **_kwargs):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(EmailMessage, "send", refuse)
    letters.send("account_deleted", to="ann@example.org")
    assert "account_deleted could not be sent: SMTPServerDisconnected" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_addresses_in_letters_lead_to_the_site(folder, settings):
    settings.LETTERS_SITE = "https://touchstone.example"
    letters.send("account_deleted", to="ann@example.org", language="zh-hans")
    assert "https://touchstone.example" in next(folder.iterdir()).read_text()
