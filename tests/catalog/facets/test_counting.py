"""Counting by columns says what counting row by row says, whatever the rows and filters."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.facets.counting import Column, Drop, Selection, Table, by_number, by_rank, ranks

COLOURS, KINDS = ("red", "green", "blue"), ("text", "image", "audio")
# A busy machine is no fault of the code.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "colour": st.sampled_from(COLOURS),
            "kinds": st.sets(st.sampled_from(KINDS)),
            "price": st.none() | st.integers(0, 4),
            "text": st.sampled_from(("pine cone", "pine", "oak")),
            "simulated": st.booleans(),
        }
    ),
    max_size=25,
)
WISHES = st.fixed_dictionaries(
    {},
    optional={
        "colour": st.lists(st.sampled_from((*COLOURS, "mauve")), min_size=1, max_size=2),
        "kinds": st.lists(st.sampled_from(KINDS), min_size=1, max_size=2),
        "price": st.integers(0, 4),
        "text": st.lists(st.sampled_from(("pine", "cone", "oak", "i")), min_size=1, max_size=2),
    },
)


def table_of(rows):
    price = np.array([math.nan if row["price"] is None else row["price"] for row in rows], np.float64)
    names = ranks([(row["text"], place) for place, row in enumerate(rows)])
    return Table(
        keys=np.arange(100, 100 + len(rows)),
        columns={
            "colour": Column.of_one([row["colour"] for row in rows], COLOURS),
            "kinds": Column.of_many([sorted(row["kinds"]) for row in rows], KINDS),
        },
        numbers={"price": price},
        texts=[row["text"] for row in rows],
        orders={
            "name": by_rank(names),
            "up": by_number(price, names),
            "down": by_number(price, names, falling=True),
        },
    )


def select(rows, wish):
    table = table_of(rows)
    filters = {}
    for name, asked in wish.items():
        if name == "price":
            filters[name] = table.within("price", high=asked)
        elif name == "text":
            filters[name] = table.containing(asked)
        else:
            filters[name] = table.columns[name].fits(asked)
    return Selection(table, filters, among=np.array([not row["simulated"] for row in rows], np.bool_))


def fits(row, name, asked):
    if name == "price":
        return row["price"] is not None and row["price"] <= asked
    if name == "text":
        return all(word in row["text"] for word in asked)
    if name == "kinds":
        return bool(set(asked) & row["kinds"])
    return row["colour"] in asked


def naive(rows, wish, *, without=()):
    return [
        place
        for place, row in enumerate(rows)
        if not row["simulated"] and all(fits(row, name, asked) for name, asked in wish.items() if name not in without)
    ]


@UNHURRIED
@given(rows=ROWS, wish=WISHES)
def test_the_same_rows_are_left(rows, wish):
    selection = select(rows, wish)
    left = naive(rows, wish)
    assert selection.count == len(left)
    assert sorted(selection.places_in_order("name")) == left
    for name in wish:
        assert selection.left_without(name) == len(naive(rows, wish, without=[name]))


@UNHURRIED
@given(rows=ROWS, wish=WISHES)
def test_a_facets_values_are_counted_under_all_other_filters(rows, wish):
    selection = select(rows, wish)
    for name in ("colour", "kinds"):
        others = [rows[place] for place in naive(rows, wish, without=[name])]
        values = COLOURS if name == "colour" else KINDS
        expected = {value: sum(fits(row, name, [value]) for row in others) for value in values}
        assert selection.counts(name) == expected


@UNHURRIED
@given(rows=ROWS, wish=WISHES)
def test_the_fewest_filters_whose_dropping_leaves_most_are_named(rows, wish):
    drop = select(rows, wish).cheapest_drop()
    if naive(rows, wish) or all(row["simulated"] for row in rows):
        assert drop is None
        return
    for size in range(1, len(wish) + 1):
        left = {names: len(naive(rows, wish, without=names)) for names in combinations(wish, size)}
        if most := max(left.values()):
            assert drop is not None
            assert drop.left == most
            assert left[drop.names] == most
            return


@UNHURRIED
@given(rows=ROWS)
def test_every_order_has_every_row_once_and_unknown_numbers_last(rows):
    table = table_of(rows)
    for order in table.orders.values():
        assert sorted(order.tolist()) == list(range(len(rows)))
    for order, sign in (("up", 1), ("down", -1)):
        prices = [rows[place]["price"] for place in table.orders[order]]
        known = [price for price in prices if price is not None]
        assert prices == sorted(known, key=lambda price: sign * price) + [None] * (len(prices) - len(known))


def test_equals_stand_in_the_order_of_their_names():
    rows = [{"colour": "red", "kinds": set(), "price": 1, "text": text, "simulated": False} for text in "cab"]
    assert table_of(rows).orders["up"].tolist() == table_of(rows).orders["down"].tolist() == [1, 2, 0]


def test_a_table_without_rows_has_nothing_left_and_nothing_to_drop():
    selection = select([], {"colour": ["red"]})
    assert (selection.count, selection.places_in_order("name"), selection.cheapest_drop()) == (0, [], None)
    assert selection.counts("colour") == dict.fromkeys(COLOURS, 0)


def test_two_filters_that_exclude_each_row_together_are_named_together():
    rows = [{"colour": "red", "kinds": {"text"}, "price": None, "text": "oak", "simulated": False}] * 3
    drop = select(rows, {"colour": ["blue"], "kinds": ["text"], "price": 1}).cheapest_drop()
    assert drop == Drop(("colour", "price"), 3)
