"""Answers the API's questions about a text, before what the log brings is read; says so when it is too late or too busy."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from dispatch.assistant.hint_kinds import Hint, HintKind
from dispatch.assistant.hints import hints_of
from dispatch.assistant.likely_duplicates import LikelyDuplicate
from dispatch.assistant.missing import Fact
from dispatch.assistant.phrasebook import questions
from dispatch.assistant.reading import Reading
from dispatch.model.places import Place
from dispatch.ports import StoreUnavailable
from streams import clock
from streams.assistant.known_reports import similar_value
from streams.assistant.lane import ASKED, Lane, Shed, Unread
from streams.assistant.report_reader import ReportReader
from streams.assistant.similar_reports import SimilarReports
from streams.store.assistant_calls import ANSWER_WITHIN_S, AssistantInbox

WELL_S = 1.0
"""A text that takes longer than this: no sign of life until it is done."""
AGAIN_S = 0.5
_log = structlog.get_logger(__name__)


class Answering:
    """Runs until it is cancelled. Keeps answering whatever becomes of one question."""

    def __init__(
        self,
        inbox: AssistantInbox,
        lane: Lane,
        reader: ReportReader,
        is_off: Callable[[], bool],
        similar: SimilarReports | None = None,
    ) -> None:
        """`similar`: says which open incidents the text may tell of; None: none is named."""
        self._inbox = inbox
        self._lane = lane
        self.reader = reader
        self._is_off = is_off
        self._similar = similar
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        try:
            while True:
                await self._once()
        finally:
            for task in self._tasks:
                task.cancel()

    async def _once(self) -> None:
        is_well = not self._is_off() and self._lane.busy_s() < WELL_S
        try:
            found = await self._inbox.next_question(is_well=is_well)
        except StoreUnavailable:
            await asyncio.sleep(AGAIN_S)
            return
        if found is not None:
            task = asyncio.ensure_future(self._answered(*found))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answered(self, number: str, question: dict[str, Any]) -> None:
        # Clocks of two machines differ: only what is clearly old is left.
        if clock.now_ms() - int(question.get("asked_ms", 0)) > 1000 * (ANSWER_WITHIN_S + 1):
            return
        try:
            near = question.get("near")
            place = Place(lon=near[0], lat=near[1]) if near else None
            begun_s = clock.monotonic_s()
            reader = self.reader
            found = await self._lane.run(ASKED, lambda: reader.read(str(question["text"]), place))
            exercise = bool(question.get("exercise"))
            similar = await self._similar.to(found, exercise=exercise) if self._similar else ()
            answer = report_answer(found.reading, reader, similar)
            answer["took_ms"] = round((clock.monotonic_s() - begun_s) * 1000, 1)
            await self._inbox.answer(number, answer)
        except (Shed, Unread, StoreUnavailable):
            # The API stops waiting by itself.
            return


def report_answer(reading: Reading, reader: ReportReader, similar: Sequence[LikelyDuplicate] = ()) -> dict[str, Any]:
    """The body of `POST /v1/assistant/report` but `took_ms`."""
    hints = hints_of(reading)

    def of(kind: HintKind) -> list[dict[str, Any]]:
        return [_shown(hint) for hint in hints if hint.kind is kind]

    (missing,) = of(HintKind.MISSING) or [{"facts": []}]
    return {
        "language": {"value": reading.language.value.value, "probability": round(reading.language.probability, 3)},
        "types": of(HintKind.TYPE),
        "places": of(HintKind.PLACE),
        "roads": of(HintKind.ROAD),
        "people": of(HintKind.PEOPLE),
        "phones": of(HintKind.PHONE),
        "names": of(HintKind.NAME),
        "times": of(HintKind.TIME),
        "denied": of(HintKind.DENIED),
        "threats": of(HintKind.THREAT),
        "missing": missing["facts"],
        "questions": questions(map(Fact, missing["facts"]), reading.types[0].value if reading.types else ""),
        "similar": [{**similar_value(one), "probability": one.probability} for one in similar],
        "card": next((dict(hint.value) for hint in hints if hint.kind is HintKind.CARD), None),
        "model": reader.model,
        "version": reader.version,
    }


def _shown(hint: Hint) -> dict[str, Any]:
    shown: dict[str, Any] = {**hint.value, "spans": [list(span) for span in hint.spans]}
    return shown if hint.probability is None else {**shown, "probability": round(hint.probability, 3)}
