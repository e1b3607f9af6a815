"""What is handed in while a write goes on goes into the next one, under the fencing number, or not at all."""

from __future__ import annotations

import asyncio
import threading

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from sandbox import saver
from sandbox.models import Answer, AnswerState, Trial, TrialState
from sandbox.saver import Overtaken, Saver, all_of, on_thread
from tests.factories import make_prompt, make_trial
from tests.sandbox.conftest import close_the_savers_connections

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def trial():
    yield Trial.objects.take(make_trial(channels=1).pk, TrialState.RUNNING)
    close_the_savers_connections()


def say(trial, problem):
    return lambda: Trial.objects.filter(pk=trial.pk).update(problem=problem)


def test_what_is_saved_is_committed_and_prolongs_the_lease(trial):
    before = Trial.objects.get(pk=trial.pk).lease_until
    asyncio.run(Saver(trial).save(say(trial, "saved")))
    after = Trial.objects.get(pk=trial.pk)
    assert after.problem == "saved"
    assert after.lease_until > before


def test_whatever_comes_during_a_write_shares_the_next_transaction(trial, monkeypatch):
    batches, first_is_writing, go_on = [], threading.Event(), threading.Event()
    commit = Saver.commit

    def slow(self, batch):
        batches.append(len(batch.writes))
        if len(batches) == 1:
            first_is_writing.set()
            go_on.wait(5)
        commit(self, batch)

    monkeypatch.setattr(Saver, "commit", slow)

    async def play():
        mine = Saver(trial)
        first = asyncio.create_task(mine.save(say(trial, "1")))
        await asyncio.to_thread(first_is_writing.wait, 5)
        others = [asyncio.create_task(mine.save(say(trial, str(n)))) for n in range(2, 7)]
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(first, *others)

    asyncio.run(play())
    assert batches == [1, 5]
    assert Trial.objects.get(pk=trial.pk).problem == "6"


def test_all_that_are_about_to_leave_are_marked_in_one_statement(trial, django_assert_num_queries):
    waiting, also, gone = Answer.objects.bulk_create(
        Answer(contender=trial.contenders.get(), prompt=make_prompt(prompt_set=trial.prompt_set), state=state)
        for state in (AnswerState.WAITING, AnswerState.WAITING, AnswerState.DONE)
    )

    async def play():
        mine = Saver(trial)
        await asyncio.gather(*(mine.mark_sent(row) for row in (waiting, also, gone)))

    asyncio.run(play())
    assert set(Answer.objects.filter(sent_at__isnull=False)) == {waiting, also}
    with django_assert_num_queries(1):
        saver.mark_sent([waiting, also])


def test_answers_that_still_wait_are_finished_together(trial, django_assert_num_queries):
    contender, sent_at = trial.contenders.get(), timezone.now()
    cells = [{"contender": contender, "prompt": make_prompt(prompt_set=trial.prompt_set)} for _ in range(3)]
    rows = [Answer.objects.create(**cell, sent_at=sent_at) for cell in cells]
    Answer.objects.filter(pk=rows[-1].pk).update(state=AnswerState.DONE)
    ended = [
        Answer(pk=row.pk, **cell, state=AnswerState.DONE, text="came", cost=1, finished_at=Now())
        for row, cell in zip(rows, cells, strict=True)
    ]

    async def play():
        mine = Saver(trial)
        await asyncio.gather(*(mine.finish(answer) for answer in ended))

    asyncio.run(play())
    found = Answer.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    assert [(row.text, row.cost, row.sent_at) for row in found] == [("came", 1, sent_at)] * 2 + [("", None, sent_at)]
    found.update(state=AnswerState.WAITING)
    with transaction.atomic(), django_assert_num_queries(2):
        Answer.objects.finish(ended)


def test_an_answer_that_is_gone_is_not_finished(trial):
    answer = Answer.objects.of(trial).first()
    Answer.objects.all().delete()
    asyncio.run(Saver(trial).finish(answer))
    assert not Answer.objects.exists()


def test_nobody_writes_once_overtaken(trial):
    Trial.objects.filter(pk=trial.pk).update(fence=trial.fence + 1)
    with pytest.raises(Overtaken):
        asyncio.run(Saver(trial).save(say(trial, "too late")))
    assert Trial.objects.get(pk=trial.pk).problem == ""


def test_nobody_writes_once_the_trial_has_ended(trial):
    assert trial.fail(TrialState.RUNNING, "ended")
    with pytest.raises(Overtaken):
        asyncio.run(Saver(trial).save(say(trial, "too late")))


def test_a_write_that_fails_takes_its_batch_along_and_the_next_one_goes_on(trial):
    def fail():
        raise ZeroDivisionError

    async def play():
        mine = Saver(trial)
        both = await asyncio.gather(mine.save(say(trial, "lost")), mine.save(fail), return_exceptions=True)
        problem = await on_thread(lambda: Trial.objects.get(pk=trial.pk).problem)
        await mine.save(say(trial, "kept"))
        return [type(one) for one in both], problem

    assert asyncio.run(play()) == ([ZeroDivisionError, ZeroDivisionError], "")
    assert Trial.objects.get(pk=trial.pk).problem == "kept"


def test_whoever_stopped_waiting_does_not_stop_the_others(trial):
    async def play():
        mine = Saver(trial)
        gone = asyncio.create_task(mine.save(say(trial, "1")))
        stays = asyncio.create_task(mine.save(say(trial, "2")))
        await asyncio.sleep(0)
        gone.cancel()
        await stays

    asyncio.run(play())
    assert Trial.objects.get(pk=trial.pk).problem == "2"


def test_all_writes_are_made_on_one_thread(trial):
    async def play():
        return {await on_thread(lambda: threading.current_thread().name) for _ in range(5)}

    (name,) = asyncio.run(play())
    assert name.startswith("saver")
    assert not transaction.get_connection().in_atomic_block


def test_one_that_is_overtaken_ends_the_others():
    ended = []

    async def wait():
        try:
            await asyncio.sleep(30)
        finally:
            ended.append(True)

    async def be_overtaken():
        await asyncio.sleep(0)
        raise Overtaken("code")

    with pytest.raises(Overtaken, match="code"):
        asyncio.run(all_of([wait(), be_overtaken(), wait()]))
    assert ended == [True, True]


def test_other_faults_are_raised_as_they_are():
    async def fail():
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup):
        asyncio.run(all_of([fail()]))
