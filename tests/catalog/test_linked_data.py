"""The builders of linked data state what is known and leave out what is not."""

from datetime import date

from catalog import linked_data


def test_a_search_is_stated_only_where_there_is_one():
    site = linked_data.site("https://t.example", home="https://t.example/en/", search="", language="en")
    assert all("potentialAction" not in thing for thing in site["@graph"])
    site = linked_data.site("https://t.example", home="h", search="https://t.example/en/search/", language="en")
    (action,) = [thing["potentialAction"] for thing in site["@graph"] if "potentialAction" in thing]
    assert action["target"]["urlTemplate"] == "https://t.example/en/search/?q={search_term_string}"


def test_an_article_says_who_wrote_it_and_when():
    facts = {"title": "T" * 200, "summary": "S", "address": "https://t.example/en/articles/a/", "language": "en"}
    article = linked_data.article(**facts, author="Editors", published=date(2026, 11, 1), updated=date(2026, 11, 2))
    assert (article["datePublished"], article["dateModified"]) == ("2026-11-01", "2026-11-02")
    assert article["author"]["name"] == "Editors"
    assert len(article["headline"]) == 110
    draft = linked_data.article(**facts, author="", published=None)
    assert not {"datePublished", "dateModified", "image"} & set(draft)
    assert draft["author"] == draft["publisher"] == {
        "@type": "Organization", "name": "Touchstone", "url": "https://t.example/",
    }  # fmt: skip


def test_a_report_says_what_it_is_about():
    report = linked_data.report(
        title="R",
        address="https://t.example/en/reports/x/",
        published=date(2026, 11, 1),
        language="en",
        about="Writing",
    )
    assert (report["@type"], report["about"]) == ("Report", "Writing")


def test_an_empty_list_is_no_list_and_a_long_one_is_cut():
    assert linked_data.item_list([], ranked=True) is None
    rows = [(str(n), f"https://t.example/{n}") for n in range(200)]
    found = linked_data.item_list(rows, ranked=False)
    assert found["numberOfItems"] == len(found["itemListElement"]) == linked_data.MOST_ITEMS
