"""Both languages are first languages: nothing is left untranslated, doubtful, superfluous or uncompiled."""

import re

import pytest

from marketplace import messages

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|%%")


@pytest.fixture(scope="module")
def catalogue():
    return messages.read(messages.catalogue_path())


def ids(catalogue):
    return {(message.context, str(message.id)) for message in catalogue if message.id}


def test_every_string_of_code_and_templates_is_in_the_catalogue_and_no_other(catalogue):
    found = messages.found_messages()
    assert ids(found) - ids(catalogue) == set(), "run: python manage.py messages"
    assert ids(catalogue) - ids(found) == set(), "run: python manage.py messages"


def test_nothing_is_untranslated_or_fuzzy(catalogue):
    assert [message.id for message in messages.unfinished(catalogue)] == []


def test_translations_keep_their_placeholders(catalogue):
    for message in catalogue:
        if message.id:
            source = message.id[-1] if isinstance(message.id, tuple) else message.id
            text = message.string[-1] if isinstance(message.string, tuple) else message.string
            assert sorted(PLACEHOLDER.findall(source)) == sorted(PLACEHOLDER.findall(text)), source


def test_the_compiled_catalogue_is_the_one_that_is_written(catalogue):
    assert messages.catalogue_path().with_suffix(".mo").read_bytes() == messages.fresh_mo(catalogue)


def test_no_string_hides_from_the_catalogue_inside_another():
    """The extraction does not look into f-strings."""
    hidden = [path for path, source in messages.sources() if re.search(r"\{(?:_|n?p?gettext)\(", source)]
    assert hidden == []
