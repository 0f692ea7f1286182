"""Manual orders: the decision that is printed, and the exit code."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from streams.cli.by_hand import ANSWERS, SpokenAnswer
from streams.cli.incident import app
from tests.streams.cli.fake_api import FakeApi, Reply, serving

INCIDENT = f"i-8320e5-{'0' * 32}"
OFFER = f"o-8320e5-{'0' * 32}-{'0' * 16}"
OUTCOME = f"/v1/incidents/{INCIDENT}/commands/c-1"
ACCEPTED: Reply = (202, {"id": OFFER, "status": "received", "links": {"outcome": OUTCOME}})
ALL_OPTIONS = {"--text": "words", "--because": "busy", "--version": "3"}


def outcome(outcome: str, reason: str | None = None) -> Reply:
    return 200, {"id": "c-1", "incident_id": INCIDENT, "outcome": outcome, "reason": reason, "version": 2}


def incident(state: str, reason: str | None = None, to_confirm: Any = None) -> Reply:
    offer = {"id": OFFER, "state": state, "reason": reason, "to_confirm": to_confirm}
    return 200, {"id": INCIDENT, "version": 9, "offers": [offer]}


def run(api: FakeApi, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--api", api.url, "--token", "t", "--wait", "0.3"])


@pytest.mark.parametrize(
    ("said", "decision", "offer", "printed", "exit_code"),
    [
        ("accept", outcome("applied"), incident("accepted"), "accepted", 0),
        ("accept", outcome("applied"), incident("accepted", "late"), "accepted: late", 0),
        ("accept", outcome("applied"), incident("stood_down", "too_far"), "stood down: too far", 1),
        ("accept", outcome("unchanged", "already_accepted"), incident("en_route"), "en route", 0),
        (
            "accept",
            outcome("unchanged", "already_stood_down"),
            incident("stood_down", "filled"),
            "stood down: filled",
            1,
        ),
        ("accept", outcome("refused", "void"), incident("void"), "refused: void", 1),
        ("decline", outcome("applied"), incident("declined", "busy"), "declined: busy", 0),
        # The person does not come, which is what they said.
        ("decline", outcome("unchanged", "already_expired"), incident("expired", "no_answer"), "expired: no answer", 0),
        ("decline", outcome("unchanged", "already_done"), incident("done"), "done", 1),
        ("en_route", outcome("applied"), incident("en_route"), "en route", 0),
        ("en_route", outcome("unchanged", "already_en_route"), incident("en_route"), "unchanged: already en route", 0),
        ("en_route", outcome("refused", "already_on_scene"), incident("on_scene"), "refused: already on scene", 1),
        ("need_help", outcome("applied"), incident("on_scene"), "help requested", 0),
        ("need_help", outcome("unchanged", "limit_reached"), incident("on_scene"), "unchanged: limit reached", 1),
        ("distress", outcome("unchanged", "already_raised"), incident("on_scene"), "unchanged: already raised", 0),
    ],
)
def test_the_decision_about_an_answer_is_printed(
    said: str, decision: Reply, offer: Reply, printed: str, exit_code: int
) -> None:
    path = f"/v1/offers/{OFFER}/{ANSWERS[SpokenAnswer(said)].verb}"
    replies = {("POST", path): ACCEPTED, ("GET", OUTCOME): decision, ("GET", f"/v1/incidents/{INCIDENT}"): offer}

    with serving(replies) as api:
        done = run(api, "answer", OFFER, said)

    assert (done.stdout.strip(), done.exit_code) == (printed, exit_code)


def test_a_decision_that_takes_time_is_waited_for() -> None:
    pending: Reply = (200, {**outcome("pending")[1]})
    unreadable: Reply = (503, {"code": "log_unavailable"})
    replies: dict[tuple[str, str], list[Reply]] = {
        ("POST", f"/v1/incidents/{INCIDENT}/reopen"): [ACCEPTED],
        ("GET", OUTCOME): [pending, unreadable, outcome("applied")],
    }

    with serving(replies) as api:
        done = run(api, "reopen", INCIDENT, "--wait", "5")

    assert (done.stdout, done.exit_code) == ("reopened\n", 0)
    assert done.stderr == "waiting for the decision …\n"


@pytest.mark.parametrize("reply", [outcome("pending"), (503, {"code": "log_unavailable"}), (404, {})])
def test_an_order_without_a_decision_in_time_ends_with_4(reply: Reply) -> None:
    with serving({("POST", f"/v1/incidents/{INCIDENT}/escalate"): ACCEPTED, ("GET", OUTCOME): reply}) as api:
        done = run(api, "escalate", INCIDENT)

    assert (done.stdout.strip(), done.exit_code) == (f"not decided yet; see `komek why {INCIDENT}`", 4)


@pytest.mark.parametrize(
    ("decision", "offer", "printed", "told", "exit_code"),
    [
        (outcome("applied"), incident("offered"), OFFER, "offered", 0),
        # The id of an offer that does not exist is not printed.
        (outcome("refused", "engaged"), (200, {"offers": []}), "", "refused: engaged", 1),
    ],
)
def test_an_order_that_makes_an_offer_prints_the_id_alone(
    decision: Reply, offer: Reply, printed: str, told: str, exit_code: int
) -> None:
    replies = {
        ("POST", f"/v1/incidents/{INCIDENT}/offers"): ACCEPTED,
        ("GET", OUTCOME): decision,
        ("GET", f"/v1/incidents/{INCIDENT}"): offer,
    }

    with serving(replies) as api:
        done = run(api, "assign", INCIDENT, "v-1")

    assert (done.stdout.strip(), done.stderr.strip(), done.exit_code) == (printed, told, exit_code)


def test_json_has_the_response_and_the_decision() -> None:
    replies = {
        ("POST", f"/v1/offers/{OFFER}/withdraw"): ACCEPTED,
        ("GET", OUTCOME): outcome("applied"),
        ("GET", f"/v1/incidents/{INCIDENT}"): incident("withdrawn", "operator"),
    }

    with serving(replies) as api:
        done = run(api, "withdraw", OFFER, "--json")

    printed = json.loads(done.stdout)
    assert (printed["id"], printed["decision"]["outcome"], done.exit_code) == (OFFER, "applied", 0)
    assert printed["decision"]["text"] == "withdrawn: operator"


@pytest.mark.parametrize("option", ALL_OPTIONS)
@pytest.mark.parametrize("said", SpokenAnswer)
def test_an_answer_sends_an_option_or_refuses_it(said: SpokenAnswer, option: str) -> None:
    route = ANSWERS[said]
    replies = {
        ("POST", f"/v1/offers/{OFFER}/{route.verb}"): ACCEPTED,
        ("GET", OUTCOME): outcome("applied"),
        ("GET", f"/v1/incidents/{INCIDENT}"): incident("accepted"),
    }

    with serving(replies) as api:
        done = run(api, "answer", OFFER, said, option, ALL_OPTIONS[option])

    if option in route.options:
        [(_, body)] = api.bodies
        assert ALL_OPTIONS[option] in [str(value) for value in body.values()]
    else:
        assert api.bodies == []
        assert (str(done.exception), getattr(done.exception, "exit_code", None)) == (
            f"{said} does not take {option}",
            2,
        )
        takers = [str(answer) for answer, one in ANSWERS.items() if option in one.options]
        assert getattr(done.exception, "cure", "") == f"{option} is for {', '.join(takers)}."


@pytest.mark.parametrize(
    ("to_confirm", "sent", "printed"),
    [
        (
            {"version": 7, "fields": ["location", "address"], "since": "2026-11-26T14:00:00Z", "state": "overdue"},
            7,
            "confirmed: location, address",
        ),
        (None, 9, "confirmed"),
    ],
)
def test_a_confirmation_covers_all_changes_and_names_them(to_confirm: Any, sent: int, printed: str) -> None:
    replies = {
        ("POST", f"/v1/offers/{OFFER}/confirm"): ACCEPTED,
        ("GET", OUTCOME): outcome("applied"),
        ("GET", f"/v1/incidents/{INCIDENT}"): incident("en_route", to_confirm=to_confirm),
    }

    with serving(replies) as api:
        done = run(api, "answer", OFFER, "confirm", "--heard-by", "radio")

    assert api.bodies == [(f"/v1/offers/{OFFER}/confirm", {"on_behalf": {"heard_by": "radio"}, "version": sent})]
    assert (done.stdout.strip(), done.exit_code) == (printed, 0)


def test_the_id_of_no_offer_is_refused_before_the_api_is_asked() -> None:
    with serving({}) as api:
        done = run(api, "answer", INCIDENT, "confirm")

    assert getattr(done.exception, "exit_code", None) == 2
    assert api.bodies == []
