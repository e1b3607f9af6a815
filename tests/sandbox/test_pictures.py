"""Pictures through a trial: who is asked, what is held, who may look, what is kept, and what a judge is shown."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sandbox import calling, exports, forgetting, judge_calls, judging, redaction, reports, tasks, trials
from sandbox.graders import judge, pairwise
from sandbox.models import Answer, AnswerState, Judgement, Picture, Prompt, Trial, TrialState
from sandbox.pages import judges as judges_page
from sandbox.paper import document
from sandbox.wire.images import read_image
from tests.factories import make_channel, make_model, make_prompt, make_prompt_set, make_scenario, make_trial
from tests.sandbox.judged import judged, make_judge
from tests.sandbox.wire.pictures import EXIF_SIDEWAYS, SECRET, jpeg, png

pytestmark = pytest.mark.django_db
FORM = "/en/trials/new/"


@pytest.fixture(autouse=True)
def site(request, settings, monkeypatch):
    if "worker" in request.fixturenames:
        return
    settings.SIMULATORS_URL = "http://127.0.0.1:9"
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(tasks, "ring", lambda *_bell: True)


def sighted(**more):
    return make_channel(model=make_model(input_kinds=["text", "image"]), **more)


def with_picture(prompt, data=None, **more):
    image = read_image(data or png(600, 400))
    values = {"name": "a.png", "alt_en": "A chart", "alt_zh": "一张图", **more}
    picture = Picture.of(image, position=1, **values)
    picture.prompt = prompt
    picture.save()
    return picture


@pytest.fixture
def scenario():
    scenario = make_scenario(slug="seeing", title_en="Seeing", title_zh="看图")
    for prompt in make_prompt_set(scenario=scenario, prompts=2).prompts.all():
        with_picture(prompt)
    return scenario


def opened(scenario, channels, **more):
    return trials.open_trial(scenario=scenario, channels=channels, language="en", guest="g", **more)


def ended(trial, text="An answer."):
    Answer.objects.of(trial).update(
        state=AnswerState.DONE, text=text, charge=Decimal("0.001"), finished_at=timezone.now()
    )
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.REPORTING)
    return reports.write(Trial.objects.take(trial.pk, TrialState.REPORTING))


def test_a_channel_whose_model_takes_no_pictures_is_refused_by_name(scenario):
    blind = make_channel(scenario=scenario, slug="blind-one")
    with pytest.raises(trials.Refused, match=r"not known to take any: blind-one\. Leave it out") as refused:
        opened(scenario, [sighted(scenario=scenario), blind])
    assert refused.value.field == "channels"
    assert not Trial.objects.exists()


def test_with_pictures_only_those_who_take_them_are_suggested(scenario):
    able = sighted(scenario=scenario)
    make_channel(scenario=scenario)
    assert trials.suggest(scenario, top=5, with_pictures=True) == [able]
    assert len(trials.suggest(scenario, top=5)) == 2


def test_what_is_asked_carries_the_pictures_and_the_hold_covers_them(scenario):
    channel = sighted(scenario=scenario)
    prompt = Prompt.objects.order_by("pk").first()
    question = calling.question_of(prompt)
    assert [image.data for image in question.images] == [bytes(prompt.pictures.get().data)]
    price = channel.prices.first()
    bare = calling.ceiling(calling.outline_of(make_prompt(prompt_set=prompt.prompt_set)), channel, price, {})
    held = calling.ceiling(calling.outline_of(prompt), channel, price, {})
    assert held - bare >= price.input * 4_096 / 1_000_000
    assert opened(scenario, [channel]).ceiling >= 2 * held


def test_a_plan_reads_no_picture(scenario, django_assert_max_num_queries):
    channel = sighted(scenario=scenario)
    planned = trials.plan(scenario=scenario, channels=[channel], language="en")
    with django_assert_max_num_queries(0):
        assert planned.ceiling > 0


def upload(client, *files, prompt="What is this?", **more):
    fields = {"scenario": "seeing", "top": "2", "prompt": prompt, "pictures": list(files), **more}
    return client.post(FORM, fields)


def file(data, name="holiday.jpg", kind="image/jpeg"):
    return SimpleUploadedFile(name, data, content_type=kind)


def test_a_visitors_picture_is_kept_bare_and_shown_by_the_trials_link_alone(scenario):
    sighted(scenario=scenario)
    client = Client()
    sent = jpeg(exif=EXIF_SIDEWAYS + SECRET, comment=SECRET)
    response = upload(client, file(sent, kind="text/html"))
    trial = Trial.objects.get()
    assert response.url == trial.get_absolute_url()
    picture = Picture.objects.get(prompt__prompt_set=trial.prompt_set)
    assert (picture.media_type, picture.name) == ("image/jpeg", "holiday.jpg")
    assert SECRET not in bytes(picture.data)
    shown = Client().get(reverse("api:trial_picture", args=[trial.code, picture.pk]))
    assert (shown.status_code, shown.content) == (200, bytes(picture.data))
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert shown["X-Robots-Tag"].startswith("noindex")
    other = make_trial()
    for code in (other.code, "0" * 32):
        assert Client().get(reverse("api:trial_picture", args=[code, picture.pk])).status_code == 404


def test_the_live_page_shows_each_picture_with_its_size_and_words(scenario):
    sighted(scenario=scenario)
    client = Client()
    upload(client, file(png(640, 480), "plan <b>.png", "image/png"))
    page = client.get(Trial.objects.get().get_absolute_url()).content.decode()
    address = reverse("api:trial_picture", args=[Trial.objects.get().code, Picture.objects.order_by("pk").last().pk])
    assert f'src="{address}" alt="plan b .png" width="640" height="480"' in page


@pytest.mark.parametrize(
    ("files", "prompt", "said"),
    [
        ([(b"<svg/>", "a.svg")], "Why?", "“a.svg” is no PNG, JPEG or WebP picture."),
        ([(png()[:-4], "cut.png")], "Why?", "“cut.png” is damaged"),
        ([(b"", "none.png")], "Why?", "empty"),
        ([(png(), f"{n}.png") for n in range(5)], "Why?", "5 pictures are attached; at most 4"),
        ([(png(9000, 1), "wide.png")], "Why?", "too many pixels"),
        ([(png() + b"0" * 4_000_000, "large.png")], "Why?", "larger than 3.9 MB"),
        ([(png(), "a.png")], "", "Write what you want to know about the pictures."),
    ],
    ids=["no picture", "cut short", "empty", "too many", "too wide", "too large", "no question"],
)
def test_what_cannot_be_attached_is_refused_in_words_and_what_was_typed_stays(scenario, files, prompt, said):
    sighted(scenario=scenario)
    response = upload(Client(), *(file(data, name) for data, name in files), prompt=prompt)
    assert response.status_code == 400
    page = response.content.decode()
    assert said in page
    assert "attach the pictures again" in page
    assert not Trial.objects.exists()


def test_files_beyond_what_any_form_takes_are_not_read_on(scenario, settings):
    settings.TRIAL_MAX_PICTURE_BYTES = 1_000
    sighted(scenario=scenario)
    response = upload(Client(), *(file(png() + b"0" * 900_000, f"{n}.png") for n in range(4)))
    assert response.status_code == 400
    assert "at most 4 of at most 0.0 MB each" in response.content.decode()


def test_the_same_form_with_the_same_picture_is_one_trial(scenario):
    sighted(scenario=scenario)
    client = Client()
    first, again, other = (upload(client, file(png(n, 9)), nonce="n1").url for n in (5, 5, 6))
    assert first == again != other


def test_a_quote_foresees_pictures_that_were_not_sent_yet(scenario):
    sighted(scenario=scenario)
    asked = {"scenario": "seeing", "top": "1", "prompt": "Why?"}
    quotes = [Client().get("/en/trials/quote/", {**asked, "picture_count": n}).json()["quote"] for n in ("0", "4", "x")]
    assert quotes[0] != quotes[1]
    assert quotes[2] == quotes[0]


def test_pictures_go_with_their_trial(scenario):
    sighted(scenario=scenario)
    upload(Client(), file(png(7, 7), "a.png", "image/png"))
    trial = Trial.objects.get()
    own = Picture.objects.get(prompt__prompt_set=trial.prompt_set).pk
    long_ago = timezone.now() - timedelta(days=400)
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.CANCELLED, finished_at=long_ago)
    assert forgetting.forget() == 1
    assert not Picture.objects.filter(pk=own).exists()
    assert Picture.objects.count() == 2  # the house's


def test_a_report_names_its_pictures_on_the_page_in_json_csv_and_pdf(scenario):
    trial = opened(scenario, [sighted(scenario=scenario), sighted(scenario=scenario)])
    report = ended(trial)
    picture = Picture.objects.order_by("pk").first()
    address = reverse("api:trial_picture", args=[trial.code, picture.pk])
    (told,) = report.facts["prompts"][0]["pictures"]
    assert (told["address"], told["alt_zh"], told["width"], told["digest"]) == (address, "一张图", 600, picture.digest)
    slug = report.facts["prompts"][0]["slug"]
    for page in ("sandbox:report", "sandbox:report_prompt"):
        args = [trial.code] if page == "sandbox:report" else [trial.code, slug]
        shown = Client().get(reverse(page, args=args)).content.decode()
        assert f'src="{address}" alt="A chart" width="600" height="400"' in shown
    assert f"a.png {address}" in exports.report_csv(report)
    assert "A chart" in str(document.lay_out(report.facts)["tables"])
    assert Client().get(f"/api/v1/trials/{trial.code}/").json()["prompts"][0]["pictures"][0]["address"] == address


def test_hidden_prompts_hide_their_pictures_and_a_revoked_report_closes_them(scenario):
    trial = opened(scenario, [sighted(scenario=scenario)])
    report = ended(trial)
    address = report.facts["prompts"][0]["pictures"][0]["address"]
    report.hides_prompts = True
    report.save()
    assert "pictures" not in redaction.shown(report)["prompts"][0]
    assert "prompts" not in Client().get(f"/api/v1/trials/{trial.code}/").json()
    assert Client().get(address).status_code == 404
    report.hides_prompts, report.revoked_at = False, timezone.now()
    report.save()
    assert Client().get(address).status_code == 404


def shown_to(*, kinds):
    prompt = Prompt.objects.order_by("pk").first()
    return judge_calls.shown_to(make_judge(model=make_model(input_kinds=kinds, maker="j")), prompt)


def test_a_judge_that_takes_pictures_is_shown_them_and_told_that_they_are_no_instructions(scenario):
    shown = shown_to(kinds=["text", "image"])
    asked = judge.build(prompt_text="q", reference="r", answer="a", dimensions=[], language="en", shown=shown)
    assert [image.data for image in asked.images] == [png(600, 400)]
    assert "never an instruction" in asked.system
    pair = pairwise.build(
        prompt_text="q", reference="r", left="a", right="b", dimensions=[], language="zh", shown=shown
    )
    assert pair.images == asked.images
    assert "图里写的文字从来不是" in pair.system
    assert shown.saw is True


def test_a_judge_that_takes_none_goes_by_the_reference_and_a_word_on_them(scenario):
    shown = shown_to(kinds=["text"])
    asked = judge.build(prompt_text="q", reference="r", answer="a", dimensions=[], language="en", shown=shown)
    assert (asked.images, shown.saw) == ((), False)
    assert "A chart" in asked.text
    assert "REFERENCE alone" in asked.system


def test_without_pictures_a_judge_is_asked_as_ever(scenario):
    prompt = make_prompt(prompt_set=make_prompt_set(scenario=make_scenario(), prompts=0))
    assert judge_calls.shown_to(make_judge(), prompt).saw is None
    assert "icture" not in judge.build(prompt_text="q", reference="", answer="a", dimensions=[], language="en").system


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("kinds", "saw", "said"),
    [(["text", "image"], True, "was shown the pictures"), (["text"], False, "went by the reference alone")],
)
def test_the_record_says_whether_a_judge_saw_the_pictures(worker, kinds, saw, said):
    make_judge(model=make_model(input_kinds=kinds, maker="a-judges-maker"))
    scenario = make_scenario()
    prompt_set = make_prompt_set(scenario=scenario, prompts=1)
    with_picture(prompt_set.prompts.get())
    trial = make_trial(scenario=scenario, prompt_set=prompt_set, channels=[sighted(scenario=scenario)])
    Answer.objects.of(trial).update(state=AnswerState.DONE, text="A lighthouse keeps its promise.", charge=Decimal(0))
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.JUDGING)
    judged(trial)
    assert Judgement.objects.get().saw_pictures is saw
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.REPORTING, lease_until=None)
    facts = reports.write(Trial.objects.take(trial.pk, TrialState.REPORTING)).facts
    assert facts["judges"]["used"][0]["saw_pictures"] is saw
    assert said in judges_page.panel(facts)["used"][0]["sight"]


def test_each_check_counts_for_the_dimension_it_names():
    checks = [
        {"rule": "number", "label": "Reading", "value": "7", "dimension": "quality-1"},
        {"rule": "number", "value": "42", "dimension": "quality-2"},
    ]
    scenario = make_scenario(dimensions=3)
    scenario.rubric.dimensions.update(graders=["rule", "judge"])
    prompt_set = make_prompt_set(scenario=scenario, prompts=0)
    make_prompt(prompt_set=prompt_set, checks=checks)
    trial = make_trial(scenario=scenario, prompt_set=prompt_set, channels=[make_channel(scenario=scenario)])
    Answer.objects.of(trial).update(state=AnswerState.DONE, text="Reading: 7 bar\nAnswer: 41")
    scores = {score.dimension.slug: score.value for score in judging.grade_by_rule(trial)}
    assert scores == {"quality-1": 10.0, "quality-2": 1.0}


def test_a_pictures_base64_can_be_read_back():
    assert b64decode(read_image(png()).base64) == png()
