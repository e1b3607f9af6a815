"""Every planted fault makes its check say what it should; a few, and the honest fleet, are put to all of the checks."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from contextlib import AsyncExitStack

import pytest

from benchmarks import conformance as bench
from sandbox.conformance.questions import SLUGS
from sandbox.simulators.personas import PERSONAS
from sandbox.simulators.plants import PLANTS

# It sleeps longer than a test should wait for; the benchmark has it.
TOO_SLOW = {"cold"}
QUICK = [plant for plant in PLANTS.values() if plant.name not in TOO_SLOW]
# One of each place: at the door, in what is heard, in the answer, on the line.
FEW = ("any-key", "forgets", "loses-emoji", "no-blank-lines", "lists-others")


@pytest.fixture(scope="module")
def fleet():
    with bench.simulators() as url:
        yield url


@pytest.mark.parametrize("plant", QUICK, ids=lambda plant: plant.name)
def test_its_check_says_what_is_wrong(fleet, plant):
    async def look():
        subjects = bench.planted(fleet, names=[plant.name])
        return await asyncio.gather(*(bench.look_at(each, only=[plant.check]) for each in subjects))

    looked = asyncio.run(look())
    assert [each.subject.protocol for each in looked] == list(plant.protocols)
    assert all(each.is_exact for each in looked), looked


def test_a_few_are_found_exactly_and_the_honest_pass(fleet, tmp_path):
    async def look():
        async with AsyncExitStack() as stack:
            subjects = [*bench.honest(fleet), *(await bench.behind_tls(stack, tmp_path))]
            return await bench.look_at_all(subjects + bench.planted(fleet, names=FEW, protocols=["openai"]))

    result = bench.summed_up(asyncio.run(look()))
    assert result["misses"] == []
    assert result["honest_all_pass"]
    assert (result["planted"], result["found_exactly"]) == (len(FEW) - 1 + 3, len(FEW) - 1 + 3)
    assert (result["doubtful"], result["doubtful_found_exactly"]) == (1, 1)


def test_what_is_missed_is_named():
    subject = bench.Subject("odd", "openai", "http://127.0.0.1:1", "tools", "fail")
    looked = bench.Looked(subject, failed={"tools": "not_called", "image": "not_seen"})
    result = bench.summed_up([looked])
    assert (result["planted"], result["found_exactly"], result["honest_all_pass"]) == (1, 0, False)
    assert result["misses"][0]["failed"] == {"tools": "not_called", "image": "not_seen"}


def test_every_check_but_that_of_certificates_has_a_plant():
    faults = [plant for plant in PLANTS.values() if plant.result == "fail"]
    assert {plant.check for plant in faults} == set(SLUGS) - {"tls"}
    assert len(PLANTS) == len({plant.does for plant in PLANTS.values()})


def test_the_models_that_are_checked_see_and_have_no_flaw():
    chosen = [PERSONAS[protocol, name] for protocol, name in bench.MODELS.items()]
    assert all(persona.talent.sees and not persona.flaw for persona in chosen)


def test_an_unknown_plant_is_a_404_in_the_protocols_shape(fleet):
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(f"{fleet}/planted/nothing-of-the-kind/openai/v1/models", timeout=5)
    with raised.value as error:
        assert error.code == 404
        assert "No such planted fault" in json.load(error)["error"]["message"]
