from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone, translation

from catalog import pricelist, tabular
from catalog.models import AuditEntry, Listing, Price
from catalog.pricelist import Unreadable
from catalog.refusals import Refused
from catalog.versions import Outdated
from marketplace.portal.adding import prices
from tests import factories
from tests.marketplace.portal.adding.made import make_api, make_channel, make_member

pytestmark = pytest.mark.django_db
PAGE = "https://example.com/pricing"
HEAD = "model,currency,input,output,cache_read,cache_write,above,valid_from,source\n"
SHARED = Path(__file__).parents[5] / "shared" / "security"


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def entry(**cells: str):
    values = {"currency": "CNY", "input": "2", "output": "8", "source": PAGE, **cells}
    return pricelist.entry_of(values, today=timezone.localdate())


def read(text: str | bytes, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return pricelist.read(data, today=timezone.localdate(), **options)


def faults(text: str | bytes) -> list[tabular.Fault]:
    with pytest.raises(Unreadable) as refused:
        read(text)
    return refused.value.faults


@pytest.fixture
def api():
    return make_api()


@pytest.fixture
def editor(api):
    return make_member(api.provider)


def test_a_first_price_is_stated_by_the_provider_and_keeps_what_is_unknown_unknown(api, editor):
    channel = make_channel(api)
    saved = prices.set_price(channel, by=editor, entry=entry(input="0", output="", currency="usd"))
    row = Price.objects.get()
    assert saved == row
    assert (row.currency, row.input, row.output, row.cache_read) == ("USD", 0, None, None)
    assert (row.basis, row.source, row.checked_on, row.ends_on) == ("stated", PAGE, timezone.localdate(), None)
    assert AuditEntry.objects.get().action == "prices_set"


def test_a_new_price_ends_the_old_one_on_its_first_day_and_edits_nothing(api, editor):
    channel = make_channel(api, listing=Listing.LISTED)
    old = factories.make_price(channel=channel)
    prices.set_price(channel, by=editor, entry=entry(input="3", valid_from=in_days(5)))
    old.refresh_from_db()
    assert (old.input, old.ends_on) == (2, timezone.localdate() + timedelta(days=5))
    assert Price.objects.in_force(channel) == old


def test_an_announced_price_may_be_replaced_and_taken_back(api, editor):
    channel = make_channel(api, listing=Listing.LISTED)
    old = factories.make_price(channel=channel)
    for amount in ("3", "4"):
        prices.set_price(channel, by=editor, entry=entry(input=amount, valid_from=in_days(5)))
    announced = channel.prices.get(starts_on__gt=timezone.localdate())
    assert announced.input == 4
    prices.take_back(channel, by=editor, price=announced.pk)
    old.refresh_from_db()
    assert channel.prices.get() == old
    assert old.ends_on is None


def test_a_price_between_two_ends_where_the_announced_one_begins(api, editor):
    channel = make_channel(api, listing=Listing.LISTED)
    factories.make_price(channel=channel)
    prices.set_price(channel, by=editor, entry=entry(input="4", valid_from=in_days(9)))
    prices.set_price(channel, by=editor, entry=entry(input="3", valid_from=in_days(4)))
    rows = [(row.input, row.ends_on) for row in channel.prices.order_by("starts_on")]
    day = timezone.localdate()
    assert rows == [(2, day + timedelta(days=4)), (3, day + timedelta(days=9)), (4, None)]


@pytest.mark.parametrize("days", [-3, 0])
def test_a_price_in_force_of_a_listed_channel_is_not_written_over(api, editor, days):
    channel = make_channel(api, listing=Listing.LISTED)
    factories.make_price(channel=channel, starts_on=timezone.localdate())
    with pytest.raises(Refused) as refused:
        prices.set_price(channel, by=editor, entry=entry(input="3", valid_from=in_days(days)))
    assert refused.value.field == "valid_from"
    assert Price.objects.get().input == 2


def test_a_slip_in_a_draft_that_nobody_tried_is_mended_the_same_day(api, editor):
    channel = make_channel(api)
    for amount in ("200", "2"):
        prices.set_price(channel, by=editor, entry=entry(input=amount))
    assert Price.objects.get().input == 2


def test_a_draft_that_was_tried_keeps_its_price_of_today(api, editor):
    channel = make_channel(api)
    prices.set_price(channel, by=editor, entry=entry())
    factories.make_trial(channels=[channel])
    with pytest.raises(Refused):
        prices.set_price(channel, by=editor, entry=entry(input="3"))


def test_what_holds_already_is_not_stated_again(api, editor):
    channel = make_channel(api)
    prices.set_price(channel, by=editor, entry=entry())
    assert prices.set_price(channel, by=editor, entry=entry(valid_from=in_days(3))) is None
    assert Price.objects.count() == 1


def test_the_second_of_two_editors_is_told_and_nothing_is_lost(api, editor):
    channel = make_channel(api)
    prices.set_price(channel, by=editor, entry=entry(input="1"), seen=1)
    with pytest.raises(Outdated):
        prices.set_price(channel, by=make_member(api.provider), entry=entry(input="9"), seen=1)
    assert Price.objects.get().input == 1


def test_a_file_is_refused_when_one_of_its_channels_was_changed_since_its_preview(api, editor):
    one, other = make_channel(api, wire_name="a"), make_channel(api, wire_name="b")
    seen = {one.pk: one.version, other.pk: other.version}
    entries, _ = prices.read_csv(api, f"{HEAD}a,CNY,1,2,,,,,{PAGE}\nb,CNY,1,2,,,,,{PAGE}\n".encode())
    prices.set_price(other, by=editor, entry=entry())
    with pytest.raises(Outdated):
        prices.set_prices(api, by=editor, entries=entries, seen=seen)
    assert not one.prices.exists()


def test_tiers_follow_their_models_line(api):
    found = read(f"{HEAD}a,USD,1,2,0.1,1.25,,2026-12-01,{PAGE}\na,,2,4,,,200000,,\n").entries
    (tier,) = found[0].rates.tiers
    assert (tier.above, tier.input, tier.output, tier.cache_read) == (200_000, 2, 4, None)


def test_a_template_filled_in_by_nobody_changes_nothing(api, editor):
    channel = make_channel(api, wire_name="@cf/a-model")
    make_channel(api, wire_name="silent")
    tiers = ({"above": "1000", "input": "3", "output": "9.5", "cache_read": ""},)
    stated = pricelist.entry_of(
        {"currency": "CNY", "input": "0.27", "output": "0", "source": PAGE}, tiers, today=timezone.localdate()
    )
    prices.set_price(channel, by=editor, entry=stated)
    prices.set_price(channel, by=editor, entry=entry(input="1", valid_from=in_days(8)))
    text = prices.template(api)
    assert text.startswith("\ufeff")
    _, planned = prices.read_csv(api, text.encode())
    assert (planned.changes, planned.same, planned.silent) == ([], 2, ["silent"])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_reads_files_as_spreadsheets_write_them(delimiter, bom, end):
    rows = [
        ["Model", "Currency", "Input", "Output", "Valid from", "note"],
        ['"a ""b"""', "CNY", "1", "", "2026/12/1", ""],
    ]
    text = bom + "".join(delimiter.join(row) + end for row in rows) + delimiter * 5 + end
    found = read(text, source=PAGE)
    assert [(one.model, one.rates.input, one.rates.output, one.line) for one in found.entries] == [
        ('a "b"', 1, None, 2)
    ]
    assert found.extra == ["note"]


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("a,CNY,-1,2,,,,,P", "input", "0 for what is free"),
        ("a,CNY,free,2,,,,,P", "input", "Write 0"),
        ("a,CNY,unknown,2,,,,,P", "input", "Leave it empty"),
        ('a,CNY,"1,50",2,,,,,P', "input", "decimals with a point"),
        ("a,CNY,¥2,2,,,,,P", "input", "number alone"),
        ("a,CNY,1e3,2,,,,,P", "input", "plain number"),
        ("a,CNY,１,2,,,,,P", "input", "plain number"),
        ("a,CNY,=1+1,2,,,,,P", "input", "plain number"),
        ("a,CNY,0.1234567,2,,,,,P", "input", "six decimals"),
        ("a,CNY,123456789,2,,,,,P", "input", "a million tokens"),
        ("a,CNY,NaN,2,,,,,P", "input", "Leave it empty"),
        ("a,RMB,1,2,,,,,P", "currency", "CNY"),
        ("a,,1,2,,,,,P", "currency", "code"),
        ("a,XYZ,1,2,,,,,P", "currency", "Write one of"),
        ("a,CNY,1,2,,,,12/1/2026,P", "valid_from", "year, month and day"),
        ("a,CNY,1,2,,,,2026-02-30,P", "valid_from", "year, month and day"),
        ("a,CNY,1,2,,,,,http://example.com/", "source", "https://"),
        ("a,CNY,1,2,,,,,javascript:alert(1)", "source", "https://"),
        ("a,CNY,1,2,,,,,", "source", "page"),
        (",CNY,1,2,,,,,P", "model", "name"),
        ("a,CNY,1,2,,,5,,P", "above", "First write"),
        ("a,CNY,1,2\n", "", "separators"),
        ('a,CNY,"1,2', "", "quotes"),
    ],
)
def test_every_fault_names_line_and_column_and_the_cure(row, column, said):
    (fault,) = faults(HEAD + "ok,CNY,1,2,,,,," + PAGE + "\n" + row.replace("P", PAGE))
    assert (fault.line, fault.column) == (3, column)
    assert said in fault.mend


def test_faults_are_said_in_the_readers_language_and_all_at_once():
    with translation.override("zh-hans"):
        found = faults(f"{HEAD}a,CNY,x,y,,,,,{PAGE}\nb,??,1,2,,,,,{PAGE}\n")
    assert [(fault.line, fault.column) for fault in found] == [(2, "input"), (2, "output"), (3, "currency")]


def test_a_column_that_is_nearly_ours_is_refused():
    (fault,) = faults(f"model,currency,input,output,cache_reed,source\na,CNY,1,2,3,{PAGE}\n")
    assert "cache_read" in fault.mend


def test_two_lines_for_one_model_and_day_are_refused():
    (fault,) = faults(f"{HEAD}a,CNY,1,2,,,,,{PAGE}\na,CNY,2,2,,,,,{PAGE}\n")
    assert (fault.line, "line 2" in fault.message) == (3, True)


def test_caps_hold_before_anything_is_kept():
    long = "x" * 600
    assert faults(f"{HEAD}{long},CNY,1,2,,,,,{PAGE}\n")[0].line == 2
    assert faults(HEAD + f"a,CNY,1,2,,,,,{PAGE}\n" * 2001)[-1].message
    assert faults(b"x" * 300_000)[0].line == 0
    assert len(faults(HEAD + "a,?,?,?,?,,,,\n" * 100)) == tabular.MOST_FAULTS


def test_one_bad_line_saves_none_of_the_others(api, editor):
    make_channel(api, wire_name="a")
    with pytest.raises(Unreadable):
        prices.read_csv(api, f"{HEAD}a,CNY,1,2,,,,,{PAGE}\nstranger,CNY,1,2,,,,,{PAGE}\n".encode())
    assert not Price.objects.exists()


def test_a_line_with_a_currency_alone_says_that_the_price_is_unknown(api, editor):
    channel = make_channel(api, wire_name="a")
    entries, planned = prices.read_csv(api, f"{HEAD}a,CNY,,,,,,,\n".encode())
    assert planned.changes[0].price.rates.input is None
    prices.set_prices(api, by=editor, entries=entries)
    assert Price.objects.in_force(channel).output is None


def test_a_price_five_times_as_high_is_pointed_at(api, editor):
    channel = make_channel(api, wire_name="a")
    prices.set_price(channel, by=editor, entry=entry(input="0.27"))
    _, planned = prices.read_csv(api, f"{HEAD}a,CNY,270,8,,,,,{PAGE}\n".encode())
    assert planned.changes[0].is_steep


@pytest.mark.skipif(not SHARED.is_dir(), reason="the hostile files are not beside the project")
def test_every_hostile_file_is_refused_with_its_cure(api):
    make_channel(api, wire_name="a")
    for told in json.loads((SHARED / "bad_datasets" / "manifest.json").read_text())["files"]:
        with pytest.raises(Unreadable) as refused:
            prices.read_csv(api, (SHARED / "bad_datasets" / told["file"]).read_bytes())
        assert all(fault.mend for fault in refused.value.faults), told["file"]
    assert not Price.objects.exists()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the hostile cells are not beside the project")
def test_no_model_name_of_a_template_passes_for_a_formula_and_each_comes_back(api):
    lines = (SHARED / "csv_injection.txt").read_text().splitlines()
    bodies = [line.split("\t")[3] for line in lines if not line.startswith("#")]
    names = [json.loads(f'"{body}"') for body in bodies]
    plain = [name for name in names if name.isprintable() and name.strip() == name]
    for name in plain:
        make_channel(api, wire_name=name[:200])
    text = prices.template(api)
    _, planned = prices.read_csv(api, text.encode())
    assert len(planned.silent) == len(plain) > 20
    assert not any(line[:1] in "=+-@" for line in text.splitlines()[1:])


def test_a_price_is_exact(api, editor):
    channel = make_channel(api)
    prices.set_price(channel, by=editor, entry=entry(input="12345678.123456"))
    assert Price.objects.get().input == Decimal("12345678.123456")


def test_the_public_page_says_who_stated_the_price_and_where(api, editor, client):
    api.provider.listing = Listing.LISTED
    api.provider.save()
    channel = make_channel(api, listing=Listing.LISTED)
    prices.set_price(channel, by=editor, entry=entry())
    html = client.get(channel.get_absolute_url()).content.decode()
    assert "stated by the provider" in html
    assert PAGE in html


def test_a_retired_channel_takes_no_price(api, editor):
    channel = make_channel(api, listing=Listing.RETIRED)
    with pytest.raises(Refused):
        prices.set_price(channel, by=editor, entry=entry())
