"""Problem responses at the terminal: each fault once, and advice that fits its code."""

from typing import Any

import httpx2
import pytest

from api.http.problems import TABLE, ProblemResponse, invalid
from streams.cli.advice import ADVICE
from streams.cli.client import refusal


def refused(problem: ProblemResponse, key: str | None = None) -> Any:
    request = httpx2.Request("POST", "http://api/v1/x", headers={"Idempotency-Key": key} if key else {})
    return refusal(httpx2.Response(problem.status_code, content=bytes(problem.response().body), request=request))


def test_every_code_of_the_api_has_its_advice() -> None:
    assert ADVICE.keys() == TABLE.keys()


@pytest.mark.parametrize(
    "code", ["offer_ended", "incident_ended", "conflict", "engaged", "off_duty", "already_escalated"]
)
def test_where_there_is_nothing_to_do_nothing_is_advised(code: str) -> None:
    assert refused(ProblemResponse(code)).cure == ""


@pytest.mark.parametrize("code", sorted(TABLE))
def test_only_a_fault_of_the_input_is_to_be_corrected(code: str) -> None:
    assert TABLE[code].status in (400, 422) or "Correct" not in ADVICE[code]


def test_an_unknown_outcome_names_the_key_of_the_request() -> None:
    assert "--key cli-7:" in refused(ProblemResponse("unknown_outcome"), "cli-7").cure


def test_one_invalid_field_is_said_once() -> None:
    said = str(refused(invalid("type", "one of flood, fire", "text")))

    assert said == "422 invalid: type: expected one of flood, fire"


def test_several_invalid_fields_are_said_once_each() -> None:
    faults = [{"field": name, "expected": "a text"} for name in ("a", "b", "c", "d")]
    detail = "; ".join(f"{fault['field']}: expected {fault['expected']}" for fault in faults[:3])

    said = str(refused(ProblemResponse("invalid", detail, errors=faults)))

    assert said.splitlines() == [
        "422 invalid: The request is invalid",
        *(f"  {name}: expected a text" for name in ("a", "b", "c", "d")),
    ]


def test_a_fault_of_the_whole_body_is_said_once() -> None:
    assert str(refused(invalid("", "an object"))) == "422 invalid: body: expected an object"


@pytest.mark.parametrize(("status", "advice"), [(502, "Repeat in a few seconds."), (404, "")])
def test_a_response_of_a_proxy_is_no_fault_of_the_input(status: int, advice: str) -> None:
    response = httpx2.Response(status, text="<html>", request=httpx2.Request("GET", "http://api"))

    assert refusal(response).cure == advice
