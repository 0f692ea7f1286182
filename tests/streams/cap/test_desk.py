"""Orders to the API: which answer ends an incident's story, which concerns one alert, and which says nothing about alerts."""

from typing import Any

import httpx2
import pytest

from api.http.problems import TABLE
from streams.cap.desk import ENDED, LATER, REFUSED_TOKEN, ApiAway, ApiDesk
from streams.cap.importing import FoundIncident, OrderRefused

BODY = {"location": {"type": "Point", "coordinates": [76.9, 43.2]}}


def desk(status: int, answer: Any = None, *, raw: bytes | None = None) -> ApiDesk:
    def answers(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, content=raw) if raw is not None else httpx2.Response(status, json=answer)

    return ApiDesk(httpx2.Client(transport=httpx2.MockTransport(answers), base_url="http://api.test"))


def outcome(made: ApiDesk) -> str:
    try:
        return "done" if made.edit("i-1", BODY, "k") else "ended"
    except (OrderRefused, ApiAway) as error:
        return type(error).__name__


@pytest.mark.parametrize("code", sorted(TABLE))
def test_each_problem_of_the_api_has_its_outcome(code: str) -> None:
    status = TABLE[code].status
    waits = "TokenRefused" if code in REFUSED_TOKEN else "ApiAway"
    expected = "ended" if code in ENDED else waits if status >= 500 or status in LATER else "OrderRefused"

    assert outcome(desk(status, {"code": code, "status": status})) == expected


def test_only_an_end_counts_as_an_end() -> None:
    conflicts = {code for code, entry in TABLE.items() if entry.status == 409}

    assert {code for code in conflicts if outcome(desk(409, {"code": code})) == "ended"} == {"incident_ended"}


@pytest.mark.parametrize(
    ("status", "raw"),
    [(404, b"<html>no such page</html>"), (409, b"[]"), (502, b""), (413, b"too large"), (400, b'{"error": "x"}')],
)
def test_an_answer_of_something_between_says_nothing_about_the_alert(status: int, raw: bytes) -> None:
    assert outcome(desk(status, raw=raw)) == "ApiAway"


def test_a_success_is_done_and_nonsense_is_none() -> None:
    assert outcome(desk(202, {"id": "i-1"})) == "done"
    assert outcome(desk(200, raw=b"<html>a login page</html>")) == "ApiAway"


def test_an_api_that_does_not_answer_is_away() -> None:
    def refuses(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    with pytest.raises(ApiAway):
        ApiDesk(httpx2.Client(transport=httpx2.MockTransport(refuses), base_url="http://api.test")).find("cap-1")


def test_an_alert_reported_before_by_other_rules_finds_its_incident() -> None:
    row = {
        "type": "incident",
        "match": "external_id",
        "incident": {"id": "i-7", "type": "flood", "status": "dispatching"},
    }

    def answers(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return httpx2.Response(422, json={"code": "idempotency_key_reused"})
        return httpx2.Response(200, json={"items": [row]})

    made = ApiDesk(httpx2.Client(transport=httpx2.MockTransport(answers), base_url="http://api.test"))

    assert made.report({**BODY, "external_id": "cap-1"}, "cap-1") == "i-7"


def test_an_incident_is_looked_at_by_its_id_without_its_texts() -> None:
    asked: list[str] = []
    row = {"id": "i-7", "type": "flood", "status": "closed", "merged_into": "i-8"}

    def answers(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        rows = [{"type": "place"}, {"type": "incident", "match": "id", "incident": row}]
        return httpx2.Response(200, json={"items": rows})

    found = ApiDesk(httpx2.Client(transport=httpx2.MockTransport(answers), base_url="http://api.test")).present("i-7")

    assert found == FoundIncident("i-7", "flood", is_open=False, merged_into="i-8")
    # The incident itself would open private records, each with an entry in the audit.
    assert asked == ["/v1/search"]


def test_the_types_in_force_are_those_of_the_api_also_of_an_earlier_one() -> None:
    found = desk(200, {"items": [{"type": "flood", "hazard": True}, {"type": "storm"}]}).types()

    assert [(one.type, one.has_hazard) for one in found] == [("flood", True), ("storm", None)]


def test_a_search_that_could_not_be_made_is_no_sign_that_there_is_no_incident() -> None:
    """Redis is away: an update would be reported as another incident beside its own."""
    answer = {"items": [], "complete": False}

    with pytest.raises(ApiAway, match="cannot search now"):
        desk(200, answer).find("cap-1")
    assert desk(200, {**answer, "complete": True}).find("cap-1") is None
