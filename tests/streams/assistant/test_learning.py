"""Judgements reach the log, are added up once, send the assistant to the shadow, and teach it types."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.assistant.hint_kinds import HintTask
from dispatch.assistant.judging import Judgement
from dispatch.assistant.oversight import is_hidden
from dispatch.assistant.standing import figures, key_of
from dispatch.model.decisions import StatusRecord
from dispatch.model.incidents import Incident
from dispatch.model.offers import TaskResult
from dispatch.model.private_refs import hints_ref, report_ref
from dispatch.model.vocabulary import Capability, OfferState, Task
from streams import wire
from streams.assistant import hint_judge
from streams.assistant.hint_judge import HintJudge
from streams.assistant.learning import Learning, Ledger
from streams.assistant.report_reader import words_alone
from streams.errors import OutcomeUnknown
from streams.readers.assistant_modes import ModeBook, mode_key
from streams.readers.assistant_standing import StandingBook
from streams.ring import KeyRing, LiveRing
from streams.topics import ASSISTANT, HINTS
from streams.wire import (
    HintPrivate,
    HintsPrivate,
    HintsRecord,
    IncidentPrivate,
    JudgementRecord,
    Mode,
    ModeRecord,
)
from tests.dispatch.assistant.judged import example, judgement, place_hint
from tests.streams.assistant.test_hint_writer import FakeLink
from tests.support.api_fakes import DATA_KEY, FakeLog
from tests.support.builders import ALMATY, INCIDENT, NOW_MS, incident, offer, requirement

REF = hints_ref(INCIDENT, report_ref(INCIDENT))
SHOWN = next(f"o-{number}" for number in range(99) if not is_hidden(f"o-{number}"))


def located() -> Incident:
    there = {"type": "Point", "coordinates": [ALMATY.lon, ALMATY.lat]}
    done = offer(
        OfferState.DONE,
        id=SHOWN,
        capability=Capability.DIGITAL,
        task=Task.GEOLOCATE,
        result=TaskResult(outcome="located", at_ms=NOW_MS, location=there),
    )
    work = requirement(capability=Capability.DIGITAL, skill="geolocation", task=Task.GEOLOCATE)
    return replace(incident(), requirements=(work,), offers=(done,))


def status(state: Incident) -> StatusRecord:
    return StatusRecord(incident=state, decision_id="d", decision_partition=0, decision_offset=1, decided_ms=NOW_MS)


def stored_hints(link: FakeLink, text: str | None = None) -> None:
    hint = place_hint()
    made = HintPrivate(id=hint.id, kind=hint.kind, value=hint.value, probability=hint.probability)
    hints = HintsPrivate(language="kk", model="m", version="1", at_ms=NOW_MS, hints=(made,))
    link.put(REF, IncidentPrivate(text=wire.encode(hints).decode() if text is None else text))


def judge_of(link: FakeLink, log: FakeLog) -> HintJudge:
    return HintJudge(link, LiveRing(KeyRing.of_key(DATA_KEY)), log, log.assistant_modes)  # type: ignore[arg-type]


def judged_in(log: FakeLog) -> list[JudgementRecord]:
    records = [wire.decode_hint_record(one.value) for one in log.messages if one.topic == HINTS.name]
    return [one for one in records if isinstance(one, JudgementRecord)]


async def test_a_settled_place_is_judged_once() -> None:
    link, log = FakeLink(), FakeLog()
    stored_hints(link)
    judge = judge_of(link, log)

    await judge.judge(status(located()))
    await judge.judge(status(replace(located(), version=9)))

    (record,) = judged_in(log)
    assert (record.incident_id, record.judgement.right, record.judgement.language) == (INCIDENT, True, "kk")
    assert record.judgement.was_shown


async def test_in_the_shadow_hints_are_judged_as_shown_to_nobody() -> None:
    link, log = FakeLink(), FakeLog()
    stored_hints(link)
    key = mode_key(HintTask.GEOLOCATE, None)
    log.assistant_modes.apply(key, ModeRecord(mode=Mode.SHADOW, by="op", at_ms=1, task=HintTask.GEOLOCATE))

    await judge_of(link, log).judge(status(located()))

    assert [one.judgement.was_shown for one in judged_in(log)] == [False]


@pytest.mark.parametrize("text", ["no json", ""])
async def test_hints_that_nobody_can_read_are_not_judged(text: str) -> None:
    link, log = FakeLink(), FakeLog()
    stored_hints(link, text)

    await judge_of(link, log).judge(status(located()))

    assert judged_in(log) == []


async def test_erased_hints_and_work_without_an_answer_are_not_judged() -> None:
    link, log = FakeLink(), FakeLog()
    await judge_of(link, log).judge(status(located()))
    link.put(REF, None)
    await judge_of(link, log).judge(status(located()))
    stored_hints(link)
    await judge_of(link, log).judge(status(incident()))

    assert judged_in(log) == []


async def test_trouble_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hint_judge, "AGAIN_S", 0.0)
    monkeypatch.setattr(hint_judge, "REMEMBERED", 0)
    link, log = FakeLink(), FakeLog()
    stored_hints(link)
    link.troubles = 2
    log.trouble = OutcomeUnknown("no answer")

    def recover() -> None:
        log.trouble = None

    link.asked = recover
    await judge_of(link, log).judge(status(located()))

    assert len(judged_in(log)) == 1


def added_up(ledger: Ledger, judged: list[Judgement], start: int = 0) -> Ledger:
    for offset, one in enumerate(judged, start):
        ledger.take(0, offset, one)
    return ledger


def test_a_judgement_counts_once_also_when_it_is_written_again() -> None:
    ledger = added_up(Ledger(), [judgement(1), judgement(2), judgement(1)])
    ledger.take(0, 3, None)

    key = key_of(judgement(1))
    assert figures(ledger.standings[key]).judged == 2
    assert ledger.record(key).offsets == {"0": 4}


def test_a_restart_goes_on_from_the_standing_that_was_written() -> None:
    judged = [judgement(number, number % 3 != 0) for number in range(30)]
    key = key_of(judged[0])
    whole = added_up(Ledger(), judged)
    first = added_up(Ledger(), judged[:20]).record(key)

    # It reads the log again, with a repeat of what it had counted, and with what came later.
    again = added_up(Ledger([wire.decode_standing(wire.encode(first))]), [*judged[:20], judged[3], *judged[20:]])

    assert again.standings[key] == whole.standings[key]


def test_only_the_newest_examples_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.assistant.learning.MOST_EXAMPLES", 10)
    ledger = added_up(Ledger(), [example(number, "storm") for number in range(21)])

    assert sorted(ledger.examples) == [f"j-{number:05}" for number in range(11, 21)]


class Followers:
    """What a follower of `assistant` knows, at once."""

    def __init__(self, log: FakeLog) -> None:
        self.book: ModeBook = log.assistant_modes
        self.standing: StandingBook = log.assistant_standing


def learning_of(log: FakeLog, *, version: str = "1", is_keeper: bool = True) -> Learning:
    return Learning(None, log, Followers(log), lambda: version, lambda: is_keeper)  # type: ignore[arg-type]


async def test_hints_below_their_floor_go_to_the_shadow_and_an_operator_brings_them_back() -> None:
    log, key = FakeLog(), key_of(judgement(1))
    learning = learning_of(log)
    ledger = added_up(Ledger(), [judgement(number, False) for number in range(60)])

    await learning.write(ledger)

    (own,) = log.assistant_modes.own_shadows()
    assert (own.by, own.reason, own.task, own.language) == ("assistant", "below_floor", HintTask.GEOLOCATE, "kk")
    assert log.assistant_modes.mode(HintTask.GEOLOCATE, "kk") is Mode.SHADOW
    assert log.assistant_modes.mode(HintTask.GEOLOCATE, "ru") is Mode.ON
    assert figures(log.assistant_standing.all()[0].standing).judged == 60
    on = ModeRecord(mode=Mode.ON, by="op-1", at_ms=NOW_MS + 1_000, task=HintTask.GEOLOCATE, language="kk")
    log.assistant_modes.apply(mode_key(HintTask.GEOLOCATE, "kk"), on)
    await learning.write(ledger)
    assert log.assistant_modes.mode(HintTask.GEOLOCATE, "kk") is Mode.ON
    added_up(ledger, [judgement(2_000 + number, False) for number in range(30)], start=60)
    await learning.write(ledger)
    assert log.assistant_modes.mode(HintTask.GEOLOCATE, "kk") is Mode.SHADOW
    assert figures(ledger.standings[key]).judged == 90


async def test_another_version_and_what_a_person_switched_off_are_left_alone() -> None:
    log = FakeLog()
    ledger = added_up(Ledger(), [judgement(number, False) for number in range(60)])

    await learning_of(log, version="2").write(ledger)
    assert log.assistant_modes.own_shadows() == []
    off = ModeRecord(mode=Mode.OFF, by="op-1", at_ms=1, task=HintTask.GEOLOCATE, language="kk")
    log.assistant_modes.apply(mode_key(HintTask.GEOLOCATE, "kk"), off)
    await learning_of(log).write(ledger)

    assert log.assistant_modes.own_shadows() == []
    assert log.assistant_modes.mode(HintTask.GEOLOCATE, "kk") is Mode.OFF


async def test_one_process_writes() -> None:
    log = FakeLog()
    ledger = added_up(Ledger(), [judgement(1)])

    await learning_of(log, is_keeper=False).write(ledger)
    assert log.messages == []
    log.trouble = OutcomeUnknown("no answer")
    await learning_of(log).write(ledger)
    assert ledger.changed
    log.trouble = None
    await learning_of(log).write(ledger)

    assert [one.topic for one in log.messages] == [ASSISTANT.name]
    assert not ledger.changed


async def test_settled_reports_teach_types_and_the_version_says_so() -> None:
    log = FakeLog()
    ledger = added_up(Ledger(), [example(number, "storm") for number in range(200)])

    await learning_of(log).write(ledger)

    weights = log.assistant_standing.weights
    assert weights is not None
    assert weights.after < weights.before
    reader = words_alone().with_weights(weights.weights)
    assert reader.version == f"{words_alone().version}+{weights.digest}"
    assert reader.with_weights({}).version == words_alone().version
    before = len(log.messages)
    await learning_of(log).write(ledger)
    assert len(log.messages) == before, "nothing new to learn from"


def test_a_reader_with_weights_keeps_what_it_had_read_before() -> None:
    text = "Атырау қаласында су басты, үйде 3 адам қалды"
    plain = words_alone().read(text).reading
    (concept, *_) = plain.concepts

    reading = words_alone().with_weights({concept: {plain.types[0].value: -1.0}}).read(text).reading

    assert reading.types_before == plain.types
    assert reading.types[0].probability < plain.types[0].probability
    assert [one.spans for one in reading.types if one.value == plain.types[0].value] == [plain.types[0].spans]


def test_both_forms_of_a_record_of_hints_are_read() -> None:
    judged: Any = JudgementRecord(incident_id=INCIDENT, judgement=example(1, "storm"))
    read: Any = HintsRecord(
        id="r", incident_id=INCIDENT, source_ref="s", private_ref="p", language="kk", model="m", version="1", at_ms=1
    )

    assert wire.decode_hint_record(wire.encode(judged)) == judged
    assert wire.decode_hint_record(wire.encode(read)) == read
