"""Cards become orders once: by number and version, across repeats, restarts and a lost ledger, in whatever order they come."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dispatch.cap.steps import StepKind
from dispatch.cards import card_table
from dispatch.cards.card_reading import card_file
from dispatch.cards.card_table import CardTable
from dispatch.cards.eido_writing import incident_urn
from streams.cap.importing import Done, FoundIncident, OrderRefused
from streams.cap.ledger import BadLedger
from streams.cards.card_importing import CardImporter
from streams.cards.card_ledger import CardLedger
from streams.service_area import built_in as kazakhstan
from tests.support.card_samples import EIDO_ID, NUMBER, eido, national, raw

NOW = 1_795_813_200_000
"""An hour after the samples."""
MINUTE_MS = 60_000
TABLE = card_table.load(None)


class Board:
    """Keeps the orders as the API does: a repeat gets the first answer, the same key with another body is refused."""

    def __init__(self) -> None:
        self.orders: dict[str, tuple[str, str, Mapping[str, Any]]] = {}
        self.ended: set[str] = set()
        self.merged: dict[str, str] = {}
        self.refuses = ""

    def reported(self, body: Mapping[str, Any], key: str) -> tuple[str, bool]:
        if self.refuses:
            raise OrderRefused(self.refuses)
        incident = f"i-{body['external_id'][-8:]}"
        _, found, before = self.orders.setdefault(key, ("report", incident, dict(body)))
        return found, before == dict(body)

    def edit(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        return self._ordered("edit", incident_id, body, key)

    def close(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        return self._ordered("close", incident_id, body, key)

    def merge(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        return self._ordered("merge", incident_id, body, key)

    def note(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        return self._ordered("note", incident_id, body, key)

    def find(self, external: str) -> FoundIncident | None:
        reports = [
            one for kind, one, body in self.orders.values() if kind == "report" and body["external_id"] == external
        ]
        return self.present(reports[0]) if reports else None

    def present(self, incident_id: str) -> FoundIncident | None:
        is_open = incident_id not in self.ended
        return FoundIncident(incident_id, "fire.building", is_open, self.merged.get(incident_id))

    def _ordered(self, kind: str, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        if incident_id in self.ended:
            return False
        if self.orders.setdefault(key, (kind, incident_id, dict(body)))[2] != dict(body):
            raise OrderRefused("422 idempotency_key_reused")
        if kind in ("close", "merge"):
            self.ended.add(incident_id)
        return True

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.orders.values()]

    @property
    def last(self) -> Mapping[str, Any]:
        return list(self.orders.values())[-1][2]


def run(
    path: Path,
    board: Board,
    *documents: dict[str, Any],
    table: CardTable = TABLE,
    served: bool = True,
    now_ms: int = NOW,
) -> list[Done]:
    found = card_file(raw(*documents), table)
    assert not found.faults
    with CardLedger.opened(path) as ledger:
        importer = CardImporter(
            table=table,
            ledger=ledger,
            desk=board,
            served=kazakhstan() if served else None,
            now_ms=now_ms,
            own_sender="komek.kz",
        )
        return list(importer.run(found.cards))


def later(minutes: int, **changes: Any) -> dict[str, Any]:
    return national(stamp=f"2026-11-28T01:{minutes:02}:00+05:00", **changes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cards.sqlite"


def test_a_card_its_new_version_and_its_end_are_followed_across_restarts(path: Path) -> None:
    board = Board()

    (new,) = run(path, board, national())
    (changed,) = run(path, board, later(5, eventAddress={"addressGeoLatitude": 43.25, "addressGeoLongitude": 76.95}))
    (ended,) = run(path, board, later(9, status={"statusName": "Работы завершены"}))

    assert board.kinds == ["report", "edit", "close"]
    assert (new.reason, new.rule, changed.reason, ended.reason) == (
        "new",
        "fire of a building",
        "changed location",
        "closed",
    )
    assert board.last["code"] == "resolved"
    assert len({incident for _, incident, _ in board.orders.values()}) == 1


def test_an_update_edits_what_its_source_has_changed_and_nothing_else(path: Path) -> None:
    board = Board()
    run(path, board, national())

    run(path, board, later(5, complainant=[{"FIO": "Айгүл Серік", "contactPhone": "87772223344"}]))
    assert board.last == {"caller": {"name": "Айгүл Серік", "phone": "+77772223344"}}

    # What is absent says nothing: a card that lost its place removes none, and the next one brings nothing new.
    (bare,) = run(path, board, later(6, eventAddress={}, complainant=..., language=...))
    (same,) = run(path, board, later(7, complainant=[{"FIO": "Айгүл Серік", "contactPhone": "87772223344"}]))
    assert (bare.step, bare.reason) == (StepKind.RECORD, "nothing_changed; no_place")
    assert (same.step, same.reason) == (StepKind.RECORD, "nothing_changed")


def test_another_type_brings_its_requirements_and_an_unknown_one_changes_the_rest(path: Path) -> None:
    board = Board()
    run(path, board, national())

    run(path, board, later(5, eventType=[{"typeName": "ДТП"}]))
    assert board.last["type"] == "road.accident"
    (odd,) = run(path, board, later(6, eventType=[{"id": "777"}]))
    assert (odd.step, odd.reason) == (StepKind.EDIT, "changed description; unknown_code")
    assert "type" not in board.last


def test_a_repeat_has_no_second_effect_with_the_ledger_and_without(path: Path, tmp_path: Path) -> None:
    board = Board()
    run(path, board, national())
    before = dict(board.orders)

    again = run(path, board, national(), national())
    run(tmp_path / "lost.sqlite", board, national())

    assert {one.reason for one in again} == {"seen_before"}
    assert board.orders == before


def test_without_its_entry_a_newer_version_edits_place_and_texts_alone(path: Path, tmp_path: Path) -> None:
    board = Board()
    run(path, board, national())

    (found,) = run(tmp_path / "lost.sqlite", board, later(5, priority="low", eventType=[{"typeName": "ДТП"}]))

    assert found.step is StepKind.EDIT
    assert board.last.keys() == {"location", "address", "description", "caller"}
    assert board.kinds == ["report", "edit"]


def test_an_update_before_its_first_card_is_reported_and_an_older_one_ignored(path: Path) -> None:
    board = Board()

    (first,) = run(path, board, later(5, version=3))
    (older,) = run(path, board, later(9, version=2))

    assert (first.step, older.step, older.reason) == (StepKind.REPORT, StepKind.IGNORE, "older_than_known")


def test_in_one_file_the_order_of_change_counts(path: Path) -> None:
    board = Board()

    run(path, board, later(9, status={"statusName": "Закрыта"}), national(), later(5, language="ru"))

    assert board.kinds == ["report", "edit", "close"]


def test_the_same_version_with_other_contents_is_refused_and_stays_so(path: Path) -> None:
    board = Board()
    run(path, board, national())

    for _ in range(2):
        (odd,) = run(path, board, national(language="ru"))
        assert (odd.step, odd.reason) == (None, "same_version_differs")
    assert board.kinds == ["report"]


def test_an_unknown_code_is_refused_not_entered_and_reported_once_the_table_has_it(path: Path) -> None:
    board = Board()
    card = national(eventType=[{"id": "777", "typeName": "Прочее"}])

    (refused,) = run(path, board, card)
    wider = card_table.table_of(
        card_table.BUILT_IN.read_text("utf-8").replace('codes = ["storm"]', 'codes = ["storm", "777"]')
    )
    (reported,) = run(path, board, card, table=wider)

    assert (refused.step, refused.reason) == (None, "unknown_code 777 Прочее")
    assert (reported.step, reported.rule) == (StepKind.REPORT, "storm")


def test_a_deployer_may_choose_a_type_for_unknown_codes_and_the_code_is_told_first(path: Path) -> None:
    board = Board()
    text = card_table.BUILT_IN.read_text("utf-8")
    chosen = text.replace('[unknown]\nthen = "refuse"', '[unknown]\nthen = "report"\ntype = "information"')

    (found,) = run(path, board, national(eventType=[{"id": "777"}]), table=card_table.table_of(chosen))

    assert (found.step, found.rule) == (StepKind.REPORT, "unknown")
    assert board.last["description"].startswith("unknown_code: 777\n")


def test_nothing_for_volunteers_is_entered_and_ends_what_was_reported(path: Path) -> None:
    board = Board()
    theft = [{"typeName": "Кража"}]

    (theirs,) = run(path, board, national(cardNumber="7", eventType=theft))
    run(path, board, national())
    (after,) = run(path, board, later(5, eventType=theft))

    assert (theirs.step, after.step) == (StepKind.RECORD, StepKind.CLOSE)
    assert board.last["code"] == "handed_over"


@pytest.mark.parametrize(
    ("status", "code"),
    [("Работы завершены", "resolved"), ("Отменена", "other"), ("Жалған шақыру", "false_call")],
)
def test_each_end_has_its_code(path: Path, status: str, code: str) -> None:
    board = Board()
    run(path, board, national())

    run(path, board, later(5, status={"statusName": status}))

    assert board.last["code"] == code


def test_what_has_ended_here_is_opened_by_no_card(path: Path) -> None:
    board = Board()
    (reported,) = run(path, board, national())
    assert reported.incident_id
    board.ended.add(reported.incident_id)  # by an operator

    (update,) = run(path, board, later(5, language="ru"))
    (again,) = run(path, board, later(6, language="en"))

    assert (update.step, update.reason) == (StepKind.RECORD, "ended_before")
    assert (again.step, again.reason) == (StepKind.RECORD, "ended_before")
    assert board.kinds == ["report"]


def test_an_incident_that_an_operator_has_opened_again_is_followed_again(path: Path) -> None:
    board = Board()
    (reported,) = run(path, board, national())
    run(path, board, later(5, status={"statusName": "Закрыта"}))
    assert reported.incident_id
    board.ended.discard(reported.incident_id)  # by an operator

    (update,) = run(path, board, later(6, language="ru"))

    assert (update.step, update.reason) == (StepKind.EDIT, "changed language")


def test_news_of_a_merged_card_is_a_note_of_the_incident_that_remains(path: Path) -> None:
    board = Board()
    (reported,) = run(path, board, national())
    assert reported.incident_id
    board.ended.add(reported.incident_id)
    board.merged[reported.incident_id] = "i-main"  # by an operator

    moved = {"addressGeoLatitude": 43.25, "addressGeoLongitude": 76.95}
    news = {"eventAddress": moved, "eventDescription": [{"descriptionInfo": "Балкондағы адам"}]}
    (noted,) = run(path, board, later(5, **news))
    (again,) = run(path, board, later(5, **news))
    (silent,) = run(path, board, later(6, **news))

    assert (noted.step, noted.reason, noted.incident_id) == (StepKind.NOTE, "merged_before", reported.incident_id)
    assert list(board.orders.values())[-1][1] == "i-main"
    assert board.last["text"].splitlines()[:2] == [f"112-{NUMBER}", "location: 43.250000, 76.950000"]
    assert "Балкондағы адам" in board.last["text"]
    assert (again.reason, silent.reason) == ("seen_before", "ended_before")
    assert board.kinds == ["report", "note"]


def test_two_machines_that_know_different_versions_do_not_hinder_each_other(path: Path, tmp_path: Path) -> None:
    board, other = Board(), tmp_path / "other.sqlite"
    run(path, board, national())
    run(other, board, national())
    run(path, board, later(5, language="ru"))

    newest = later(6, language="ru", priority="high")
    (one,) = run(path, board, newest)
    (two,) = run(other, board, newest)
    (three,) = run(tmp_path / "lost.sqlite", board, newest)

    assert [one.reason, two.reason] == ["changed priority", "changed priority, language"]
    assert three.step is StepKind.EDIT


def test_an_end_without_a_report_is_entered_alone_and_one_of_another_machine_ends(path: Path, tmp_path: Path) -> None:
    board = Board()
    closed = later(5, status={"statusName": "Закрыта"})

    (alone,) = run(path, board, closed)
    run(tmp_path / "one.sqlite", board, national())
    (there,) = run(tmp_path / "other.sqlite", board, closed)

    assert (alone.step, alone.reason) == (StepKind.RECORD, "nothing_to_close")
    assert there.step is StepKind.CLOSE


def test_a_replaced_card_waits_for_the_one_that_remains_and_merges(path: Path) -> None:
    board = Board()
    replaced = later(5, mainCardNumber="200")
    run(path, board, national())

    (waits,) = run(path, board, replaced)
    assert (waits.step, waits.reason) == (StepKind.IGNORE, "replacement_unknown")
    run(path, board, national(cardNumber="200"))
    (merged,) = run(path, board, replaced)

    assert merged.step is StepKind.MERGE
    assert board.last == {"into": "i-112-200"}
    (over,) = run(path, board, later(6))
    assert over.reason == "ended_before"


def test_an_eido_of_our_own_is_ignored_and_one_of_others_is_not(path: Path) -> None:
    board = Board()

    (own,) = run(path, board, eido(number=incident_urn("i-1", "komek.kz")))
    (theirs,) = run(path, board, eido())

    assert (own.step, own.reason) == (StepKind.IGNORE, "own")
    assert (theirs.step, board.last["external_id"]) == (StepKind.REPORT, EIDO_ID)


def test_doubts_are_told_with_the_outcome(path: Path) -> None:
    board = Board()
    swapped = {"addressGeoLatitude": 76.945, "addressGeoLongitude": 43.238}

    (found,) = run(path, board, national(eventAddress=swapped, createInfo={"createTime": "1980-01-01T00:00:00Z"}))

    assert found.reason == "new; place_unlikely; bad_time"
    # As it was sent: only the operator can find out where the caller is.
    assert board.last["location"]["coordinates"] == [43.238, 76.945]
    assert "reported_at" not in board.last


def test_without_a_place_a_card_is_reported_all_the_same(path: Path) -> None:
    board = Board()

    (found,) = run(path, board, national(eventAddress={"street": "Абай"}))

    assert (found.step, found.reason) == (StepKind.REPORT, "new; no_place")
    assert (board.last["location"], board.last["address"]) == (None, "Абай")


def test_an_order_that_the_api_refuses_hinders_no_other_and_is_tried_again(path: Path) -> None:
    board = Board()
    board.refuses = "422 invalid location"
    (refused,) = run(path, board, national())

    board.refuses = ""
    (reported,) = run(path, board, national())

    assert (refused.step, refused.is_refused, reported.step) == (None, True, StepKind.REPORT)


def test_the_ledger_holds_no_text_of_a_card(path: Path) -> None:
    run(path, Board(), national())

    held = path.read_bytes()
    assert NUMBER.encode() in held
    assert path.stat().st_mode & 0o777 == 0o600
    for text in ("Айгүл", "7701111", "Абай", "76.945", "түтін"):
        assert text.encode() not in held


def test_two_ledgers_give_one_card_other_macs(path: Path, tmp_path: Path) -> None:
    held = []
    for file in (path, tmp_path / "other.sqlite"):
        run(file, Board(), national())
        with CardLedger.opened(file) as ledger:
            held.append(json.loads(ledger._one("select said from cards", ())[0]))  # type: ignore[index]

    assert held[0].keys() == held[1].keys()
    assert not set(held[0].values()) & set(held[1].values())


def test_a_file_that_is_no_ledger_is_refused(path: Path) -> None:
    path.write_text("no database, but long enough to look like a file " * 50)

    with pytest.raises(BadLedger), CardLedger.opened(path):
        pass


def test_a_version_from_years_to_come_is_told_and_hides_none_of_the_true_ones(path: Path) -> None:
    board = Board()
    wrong = national(stamp="2036-11-28T01:00:00+05:00")
    (told,) = run(path, board, wrong)
    run(path, board, wrong, now_ms=NOW + MINUTE_MS)

    text = [{"descriptionInfo": "Өрт сөндірілді"}]
    true = national(stamp="2026-11-28T02:30:00+05:00", eventDescription=text)
    (done,) = run(path, board, true, now_ms=NOW + 60 * MINUTE_MS)

    assert (told.step, "bad_time" in told.reason) == (StepKind.REPORT, True)
    assert (done.step, board.kinds) == (StepKind.EDIT, ["report", "edit"])
    assert "Өрт сөндірілді" in board.last["description"]
