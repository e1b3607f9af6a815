"""Problem documents: one shape for everything that can go wrong, in the reader's language."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import translation
from rest_framework import exceptions, serializers

from marketplace.problems import CONTENT_TYPE, Problem, explain, unknown_value


def document(error):
    response = explain(error, {})
    assert response.content_type == CONTENT_TYPE
    assert set(response.data) == {"type", "title", "status", "detail", "errors"}
    assert response.data["status"] == response.status_code
    return response


class PromptSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=5)


class WishSerializer(serializers.Serializer):
    scenario = serializers.CharField()
    repeats = serializers.IntegerField(max_value=5, default=1)
    channels = serializers.ListField(child=serializers.CharField(max_length=3), allow_empty=False, required=False)
    prompts = PromptSerializer(many=True, required=False)


def complaints(data):
    with pytest.raises(exceptions.ValidationError) as caught:
        WishSerializer(data=data).is_valid(raise_exception=True)
    return {one["field"]: one["mend"] for one in document(caught.value).data["errors"]}


def test_names_the_field_and_what_mends_it():
    assert complaints({"repeats": 99}) == {"scenario": "Add this field.", "repeats": "Lower it."}


def test_names_the_item_of_a_list_and_the_field_inside_it():
    data = {"scenario": "s", "channels": ["ok", "much too long"], "prompts": [{"text": "fine"}, {"text": "too long"}]}
    assert set(complaints(data)) == {"channels.1", "prompts.1.text"}


def test_a_body_that_is_a_list_is_about_the_request_as_a_whole():
    assert set(complaints([])) == {""}


def test_our_own_problems_carry_field_mend_and_headers():
    problem = Problem(429, "Used up.", field="channels", mend="Try tomorrow.", headers={"Retry-After": "60"})
    response = document(problem)
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert response.data["errors"] == [{"field": "channels", "detail": "Used up.", "mend": "Try tomorrow."}]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Http404(), 404),
        (PermissionDenied(), 403),
        (exceptions.ParseError(), 400),
        (exceptions.UnsupportedMediaType("text/html"), 415),
        (exceptions.MethodNotAllowed("PUT"), 405),
        (exceptions.NotAcceptable(), 406),
    ],
)
def test_every_refusal_is_a_problem_document(error, status):
    response = document(error)
    assert response.status_code == status
    assert response.data["detail"]
    assert response.data["errors"][0]["mend"]


def test_a_status_without_a_title_of_its_own_still_has_one():
    assert document(Problem(418, "A teapot.")).data["title"]


def test_says_when_to_come_back_and_how_to_sign_in():
    assert document(exceptions.Throttled(wait=30)).headers["Retry-After"] == "30"
    error = exceptions.NotAuthenticated()
    error.auth_header = "Token"
    assert document(error).headers["WWW-Authenticate"] == "Token"


def test_our_own_faults_are_left_to_django():
    assert explain(ZeroDivisionError(), {}) is None


def test_speaks_the_readers_language():
    with translation.override("zh-hans"):
        chinese = str(document(Http404()).data["errors"][0]["detail"])
    assert chinese != str(document(Http404()).data["errors"][0]["detail"])


def test_an_unknown_value_is_cut_before_it_is_shown():
    problem = unknown_value("scenario", "x" * 500, known="Take one.")
    assert len(str(problem.detail)) < 120
    assert (problem.field, problem.mend) == ("scenario", "Take one.")


@pytest.mark.parametrize("address", ["/api/nothing/", "/api/v1/nothing/", "/api/v1/trials/a/b/c/"])
def test_a_program_at_a_wrong_address_gets_a_problem_document(client, address):
    response = client.get(address, headers={"accept-language": "zh-hans"})
    assert response.status_code == 404
    assert response["Content-Type"] == CONTENT_TYPE
    assert response.json()["title"] == "未找到"


def test_a_person_at_a_wrong_address_gets_a_page(client):
    response = client.get("/en/nothing/")
    assert response.status_code == 404
    assert b"<html" in response.content
