"""Alerts become orders once: across repeats, restarts and a lost ledger, in whatever order they come."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dispatch.cap.messages import Alert
from dispatch.cap.reading import contents_of
from dispatch.cap.rules import built_in
from dispatch.cap.steps import StepKind
from streams.cap.importing import Done, FoundIncident, Importer
from streams.cap.ledger import MAX_HELD, BadLedger, Ledger
from tests.support.cap_alerts import alert, area, reference

NOW = 1_795_316_500_000
HOUR = 3_600_000


class Desk:
    """Keeps the orders, and gives a key its first answer again."""

    def __init__(self) -> None:
        self.orders: dict[str, tuple[str, str]] = {}
        self.ended: set[str] = set()

    def report(self, body: Mapping[str, Any], key: str) -> str:
        self.orders.setdefault(key, ("report", f"i-{body['external_id'][-6:]}"))
        return self.orders[key][1]

    def edit(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        assert body
        if incident_id in self.ended:
            return False
        self.orders.setdefault(key, ("edit", incident_id))
        return True

    def close(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        assert body["code"] == "resolved"
        self.orders.setdefault(key, ("close", incident_id))
        return True

    def find(self, external: str) -> FoundIncident | None:
        order = self.orders.get(external)
        return FoundIncident(order[1], "flood", order[1] not in self.ended) if order else None

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.orders.values()]


ALERT = alert()
UPDATE = alert("KZ-2", sent="2026-11-22T08:01:00+05:00", message_type="Update", references=reference())
CANCEL = alert("KZ-3", sent="2026-11-22T08:02:00+05:00", message_type="Cancel", references=reference(), infos="")


def read(*texts: str) -> list[Alert]:
    return [found for text in texts for found in contents_of(text.encode()).alerts]


def run(path: Path, desk: Desk, *texts: str, now_ms: int = NOW) -> list[Done]:
    with Ledger.opened(path) as ledger:
        importer = Importer(rules=built_in(), ledger=ledger, desk=desk, served=None, now_ms=now_ms)
        return list(importer.run(read(*texts)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def test_an_alert_its_update_and_its_cancellation_are_followed_across_restarts(path: Path) -> None:
    desk = Desk()

    for text in (ALERT, UPDATE, CANCEL):
        run(path, desk, text)

    assert desk.kinds == ["report", "edit", "close"]
    assert len({incident for _, incident in desk.orders.values()}) == 1


def test_in_one_file_the_order_of_sending_counts(path: Path) -> None:
    desk = Desk()

    run(path, desk, CANCEL, UPDATE, ALERT)

    assert desk.kinds == ["report", "edit", "close"]


def test_a_repeat_has_no_second_effect_with_the_ledger_and_without(path: Path, tmp_path: Path) -> None:
    desk = Desk()
    run(path, desk, ALERT, UPDATE)
    before = dict(desk.orders)

    again = run(path, desk, ALERT, UPDATE, ALERT)
    run(tmp_path / "lost.sqlite", desk, ALERT)
    run(tmp_path / "other.sqlite", desk, UPDATE)

    assert {one.reason for one in again} == {"seen_before"}
    assert desk.orders == before


def test_an_update_before_its_alert_is_held_and_carried_out_when_the_alert_comes(path: Path) -> None:
    desk = Desk()

    (held,) = run(path, desk, UPDATE)
    done = run(path, desk, ALERT)

    assert held.step is StepKind.HOLD
    assert [one.step for one in done] == [StepKind.REPORT, StepKind.EDIT]
    assert run(path, desk) == []


def test_an_update_whose_alert_never_comes_stands_for_itself_after_its_time(path: Path) -> None:
    desk = Desk()
    run(path, desk, UPDATE)

    assert [one.step for one in run(path, desk, now_ms=NOW + HOUR - 1)] == [StepKind.HOLD]
    assert [one.step for one in run(path, desk, now_ms=NOW + HOUR)] == [StepKind.REPORT]


def test_an_expired_alert_is_closed_by_the_next_run(path: Path) -> None:
    desk = Desk()
    run(path, desk, alert(expires="2026-11-22T09:00:00+05:00"))

    over = run(path, desk, now_ms=NOW + HOUR)

    assert [(one.step, one.reason) for one in over] == [(StepKind.CLOSE, "expired")]
    assert run(path, desk, now_ms=NOW + 2 * HOUR) == []


def test_an_incident_that_an_operator_ended_is_not_opened_by_an_update(path: Path) -> None:
    desk = Desk()
    (reported,) = run(path, desk, ALERT)
    assert reported.incident_id
    desk.ended.add(reported.incident_id)

    (update,) = run(path, desk, UPDATE)

    assert (update.step, update.reason) == (StepKind.RECORD, "ended_before")
    assert desk.kinds == ["report"]


def test_an_area_that_cannot_be_drawn_hinders_no_other(path: Path) -> None:
    desk = Desk()

    done = run(path, desk, alert("KZ-0", areas=area("91,0 91,1 92,1")), ALERT)

    assert [one.step for one in done] == [None, StepKind.REPORT]


def test_so_many_wait_and_no_more(path: Path) -> None:
    with Ledger.opened(path) as ledger:
        (waiting,) = read(UPDATE)
        numbered = [contents_of(UPDATE.replace("KZ-2", f"KZ-{n}").encode()).alerts[0] for n in range(MAX_HELD)]
        assert all(ledger.hold(one, NOW) for one in numbered)
        assert not ledger.hold(waiting, NOW) or waiting.name in {one.name for one in numbered}
        assert len(ledger.held()) <= MAX_HELD


def test_a_file_that_is_no_ledger_is_refused(path: Path) -> None:
    path.write_text("no database, but long enough to look like a file " * 50)

    with pytest.raises(BadLedger), Ledger.opened(path):
        pass
