"""The board shows what needs people first, says everything in words, and says so when what it shows is old."""

from io import StringIO
from typing import Any

from rich.console import Console

from streams.cli.labels import age
from streams.cli.live_board import BoardState, Happened, flat, in_order, is_degraded, layout_of, troubled

NOW_MS = 1_764_000_060_000
AT = "2025-11-24T16:00:00.000Z"  # a minute before


def incident(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"i-8320e5-{number:032x}",
        "type": "flood",
        "priority": "high",
        "status": "dispatching",
        "times": {"reported": AT},
        "requirements": [
            {
                "id": "r1",
                "skill": "boat",
                "count": 2,
                "offered": 1,
                "accepted": 1,
                "shortfall": 0,
                "shortfall_reason": None,
            }
        ],
        "offers": [],
        **changes,
    }


def offer(state: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": "o-1",
        "volunteer_id": "v-7",
        "requirement_id": "r1",
        "state": state,
        "distance_m": 1234.0,
        "expires_at": "2025-11-24T16:01:30.000Z",
        **changes,
    }


def printed(shown: BoardState, width: int = 150) -> str:
    console = Console(width=width, height=40, file=StringIO(), color_system=None)
    with console.capture() as captured:
        console.print(layout_of(shown, width))
    return captured.get()


def shown(**changes: Any) -> BoardState:
    return BoardState(now_ms=NOW_MS, url="http://127.0.0.1:8000", **changes)


def test_what_needs_people_comes_first_then_the_urgent_then_the_old() -> None:
    closing = incident(1, status="in_progress", priority="critical")
    urgent = incident(2, priority="critical", times={"reported": AT})
    older = incident(3, times={"reported": "2025-11-24T15:00:00.000Z"})
    younger = incident(4)

    assert in_order([closing, younger, older, urgent]) == [urgent, older, younger, closing]


def test_priority_age_people_and_what_is_missing_stand_in_words() -> None:
    missing = incident(5)
    missing["requirements"][0] |= {"shortfall": 1, "shortfall_reason": "all_engaged"}

    text = printed(shown(incidents=[missing]))

    for words in ("▲ high", "1:00", "flood", "→ dispatching", "1/2 +1 asked", "1 boat (all engaged)"):
        assert words in text


def test_an_offer_counts_down_until_it_is_over() -> None:
    asked = incident(1, offers=[offer("offered"), offer("offered", expires_at=AT), offer("declined")])

    text = printed(shown(incidents=[asked]))

    assert "… asked" in text
    assert "30 s" in text
    assert "over" in text
    assert "1.2 km" in text
    assert "declined" not in text


def test_an_api_that_is_away_is_told_and_what_was_known_stays() -> None:
    text = printed(shown(incidents=[incident(1)], away_s=12.0))

    assert "THE API DOES NOT ANSWER since 12 s" in text
    assert "flood" in text


def test_a_delay_is_told_with_its_reason() -> None:
    status = {"assignment": "delayed", "assignment_reason": "no worker runs", "components": {}}

    assert "ASSIGNMENT DELAYED: no worker runs" in printed(shown(status=status))
    assert is_degraded(status)


def test_components_that_are_not_well_are_named() -> None:
    status = {"components": {"kafka": {"status": "up"}, "redis": {"status": "down"}, "workers": {"status": "unknown"}}}

    assert troubled(status) == ["redis"]
    assert is_degraded(status)
    assert not is_degraded({"assignment": "normal", "components": {"kafka": {"status": "up"}}})
    assert "DEGRADED: redis" in printed(shown(status=status))


def test_lag_and_latency_are_shown() -> None:
    status = {
        "committed_lag": {"total": 17},
        "oldest_undecided_age_s": 3.2,
        "latency_ms": {"report_to_offer": {"p50": 12, "p95": 30, "p99": None}},
        "volunteers_on_duty": 36,
    }

    text = printed(shown(status=status, happened=[Happened(at="16:00:59", words="+ accepted  v-7")]))

    for words in ("lag 17", "oldest undecided 3 s", "12/30/- ms", "36 on duty", "16:00:59"):
        assert words in text


def test_text_from_outside_is_never_taken_for_markup() -> None:
    assert "[bold]x[/]" in printed(shown(incidents=[incident(1, type="[bold]x[/]")]))


def test_a_narrow_terminal_shows_the_same_below_each_other() -> None:
    text = printed(shown(incidents=[incident(1, offers=[offer("offered")])]), width=80)

    for words in ("▲ high", "→ dispatching", "… asked", "30 s"):
        assert words in text


def test_nothing_known_is_a_board_too() -> None:
    assert "no open incidents" in printed(shown())


def test_ages_read_like_clocks() -> None:
    assert [age(seconds) for seconds in (-1, 7, 185, 3723)] == ["0 s", "7 s", "3:05", "1:02:03"]


def test_nested_answers_become_dotted_lines() -> None:
    assert flat({"a": {"b": 1.23456, "c": None}, "d": [1, 2], "e": []}) == [
        ("a.b", "1.23"),
        ("a.c", "-"),
        ("d", "1, 2"),
        ("e", "none"),
    ]


def test_who_has_not_confirmed_a_change_of_their_job_is_shown_with_what_and_since_when() -> None:
    open_changes = {"fields": ["location", "address"], "since": AT, "version": 5, "state": "reminded"}
    told, missed = (
        offer("en_route", to_confirm=open_changes),
        offer("on_scene", to_confirm=open_changes | {"state": "overdue"}),
    )

    text = printed(shown(incidents=[incident(1, offers=[told, missed, offer("accepted", to_confirm=None)])]), width=200)

    assert "? location, address 1:00" in text
    assert "! location, address 1:00" in text
    assert text.count("location") == 2
