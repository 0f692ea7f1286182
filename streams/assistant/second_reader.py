"""Texts that a model of the deployer reads as well, after the assistant's own hints are written: a bounded queue, one at a time.

What does not fit is left: a second opinion is worth no delay. Nothing of it is repeated after a crash.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Protocol

import structlog

from dispatch.assistant.drafts import draft_hint, draft_schema, marked, targets
from dispatch.assistant.hint_kinds import Hint
from dispatch.assistant.masking import masked
from dispatch.assistant.model_answers import kept, schema
from dispatch.model.private_refs import model_hints_ref
from streams import event_loop, metrics
from streams.assistant.hint_writer import MadeHints
from streams.assistant.language_model import DRAFT_ORDER, READ_ORDER
from streams.assistant.model_port import ModelUnavailable
from streams.assistant.texts_named import NamedText

MOST_WAITING = 100
VERSION = "2"
"""Of the orders and schemas that the model gets."""
_NONE = object()
_log = structlog.get_logger(__name__)


class ReadingModel(Protocol):
    """`streams.assistant.language_model.LanguageModel`."""

    name: str

    async def read(self, masked_text: str, schema: dict[str, object], order: str = ...) -> object: ...


class SecondReaderLane:
    """`types`: of the incidents that the deployment knows; `write`: of the `HintWriter`."""

    def __init__(
        self,
        model: ReadingModel,
        types: Collection[str],
        write: Callable[[NamedText, MadeHints], Awaitable[None]],
        is_off: Callable[[], bool],
        is_drafted: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`is_drafted`: whether a text in this language is to be translated as well."""
        self._model = model
        self._types = tuple(types)
        self._schema = schema(types)
        self._write = write
        self._is_off = is_off
        self._is_drafted = is_drafted
        self._texts: asyncio.Queue[tuple[NamedText, str, str]] = asyncio.Queue(MOST_WAITING)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        await event_loop.cancel(self._task)

    def take(self, named: NamedText, text: str, language: str) -> None:
        """As `SecondReader`."""
        try:
            self._texts.put_nowait((named, text, language))
        except asyncio.QueueFull:
            metrics.ASSISTANT_MODEL.labels(outcome="shed").inc()

    async def _run(self) -> None:
        while True:
            named, text, language = await self._texts.get()
            if not self._is_off():
                await self._read(named, text, language)

    async def _read(self, named: NamedText, text: str, language: str) -> None:
        out = masked(text)
        answer = await self._answer(out.text, self._schema, READ_ORDER)
        if answer is _NONE:
            return
        hints = kept(answer, out, self._types)
        metrics.ASSISTANT_MODEL.labels(outcome="kept" if hints else "nothing").inc()
        if self._is_drafted(language):
            hints += await self._drafts(text, language)
        made = MadeHints(
            ref=model_hints_ref(named.incident_id, named.ref),
            language=language,
            model=self._model.name,
            version=VERSION,
            hints=hints,
        )
        await self._write(named, made)

    async def _drafts(self, text: str, language: str) -> tuple[Hint, ...]:
        sent, wanted = marked(text), targets(language)
        if sent is None:
            return ()
        answer = await self._answer(sent.text, draft_schema(wanted), DRAFT_ORDER)
        # Each draft is read as a text is; what waits in this loop must not wait for that.
        hint = await asyncio.to_thread(draft_hint, answer, text, sent, wanted)
        metrics.ASSISTANT_MODEL.labels(outcome="drafted" if hint else "no_draft").inc()
        return (hint,) if hint else ()

    async def _answer(self, text: str, schema: dict[str, object], order: str) -> object:
        """`_NONE`: there is none. An answer may be null."""
        try:
            return await self._model.read(text, schema, order)
        except ModelUnavailable as error:
            metrics.ASSISTANT_MODEL.labels(outcome=error.code).inc()
            if error.code != "resting":
                _log.warning("the language model gave no answer", code=error.code)
            return _NONE
