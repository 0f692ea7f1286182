"""Travel times from a router over HTTP: OSRM's `/table` and Valhalla's `/sources_to_targets`.

One request per need and travel mode; the requests of a batch run concurrently within the caller's remaining budget. All times of
a need come from the router or none do, so that candidates are compared by one measure. The built-in model covers single pairs
without a route (null) and modes that no router serves. After three failed batches the router is not called for ten seconds.

The router receives positions of volunteers, so it must belong to the deployment; its logs may contain them (OSRM logs URLs).
"""

import asyncio
import logging
import math
from collections.abc import Sequence
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

import httpx2
import structlog

from dispatch.model.vocabulary import TravelMode
from dispatch.ports import TravelAnswer, Trip
from streams import metrics
from streams.worker.router_engines import BadAnswer, Engine, Osrm, TravelTable, Valhalla

log = structlog.get_logger(__name__)
AT_ONCE = 16
"""Connections to the routers. Further requests wait, within the budget of the batch."""
TROUBLES = 3
REST_S = 10.0
AFTER_TIMEOUT = "built_in_after_timeout"
AFTER_ERROR = "built_in_after_error"


class Circuit:
    """Circuit breaker: opens for `REST_S` after `TROUBLES` consecutive failures, then lets one call through."""

    def __init__(self) -> None:
        self._troubles = 0
        self._opens_until = -math.inf

    def is_open(self, now_s: float) -> bool:
        return now_s < self._opens_until

    def note(self, *, trouble: bool, now_s: float) -> None:
        self._troubles = self._troubles + 1 if trouble else 0
        if self._troubles >= TROUBLES:
            self._opens_until = now_s + REST_S


_Asked: TypeAlias = tuple[Engine, TravelTable, list[int]]
_Work: TypeAlias = "asyncio.Future[list[float | None]]"


class Router:
    """`dispatch.ports.TravelTimes` over HTTP."""

    def __init__(self, engines: Sequence[Engine], client: httpx2.AsyncClient) -> None:
        self._engines = tuple(engines)
        self._client = client
        self._circuit = Circuit()

    async def close(self) -> None:
        await self._client.aclose()

    async def travel_times(self, trips: Sequence[Sequence[Trip]], *, within_s: float) -> list[TravelAnswer]:
        loop = asyncio.get_running_loop()
        asked = [self._tables(part) for part in trips]
        if not any(asked):
            return [_nothing(part, "built_in") for part in trips]
        # Nothing is sent: earlier searches of the batch used up the budget, or the router failed repeatedly.
        if within_s <= 0 or self._circuit.is_open(loop.time()):
            why = AFTER_TIMEOUT if within_s <= 0 else AFTER_ERROR
            return [_nothing(part, why if tables else "built_in") for part, tables in zip(trips, asked, strict=True)]
        # All requests run at once, so the budget is that of the slowest and not of their sum.
        works = [[asyncio.ensure_future(self._ask(engine, table)) for engine, table, _ in part] for part in asked]
        await _finish([work for part in works for work in part], within_s)
        answers = [_answer(part, tables, done) for part, tables, done in zip(trips, asked, works, strict=True)]
        trouble = any(answer.source in (AFTER_TIMEOUT, AFTER_ERROR) for answer in answers)
        self._circuit.note(trouble=trouble, now_s=loop.time())
        for answer in answers:
            metrics.TRAVEL_ANSWERS.labels(source=answer.source).inc()
        return answers

    def _tables(self, trips: Sequence[Trip]) -> list[_Asked]:
        asked = []
        for engine, mode in self._served():
            numbers = [number for number, trip in enumerate(trips) if trip.mode is mode]
            if numbers:
                asked.append((engine, _table(mode, [trips[number] for number in numbers]), numbers))
        return asked

    def _served(self) -> list[tuple[Engine, TravelMode]]:
        """Each mode once, with the first router that serves it."""
        pairs = [(engine, mode) for mode in TravelMode for engine in self._engines if mode in engine.modes]
        # Reversed, because a later key replaces an earlier one and the first router of the setting shall win.
        return list({mode: (engine, mode) for engine, mode in reversed(pairs)}.values())

    async def _ask(self, engine: Engine, table: TravelTable) -> list[float | None]:
        answer = await self._client.send(engine.request(table))
        if answer.status_code != httpx2.codes.OK:
            raise BadAnswer(f"HTTP {answer.status_code}")
        return engine.seconds(table, answer.content)


def _table(mode: TravelMode, trips: Sequence[Trip]) -> TravelTable:
    targets = list(dict.fromkeys(trip.target for trip in trips))
    return TravelTable(
        mode=mode,
        origins=tuple(trip.origin for trip in trips),
        targets=tuple(targets),
        columns=tuple(targets.index(trip.target) for trip in trips),
    )


def _nothing(trips: Sequence[Trip], source: str) -> TravelAnswer:
    return TravelAnswer(seconds=(None,) * len(trips), source=source)


async def _finish(works: Sequence[_Work], within_s: float) -> None:
    """Waits for the tasks; late ones are cancelled and have returned their connections when this returns."""
    try:
        # `wait` and not `gather`: what is late must not discard what is there.
        await asyncio.wait(works, timeout=within_s)
    finally:
        for work in works:
            work.cancel()
        await asyncio.wait(works)


def _answer(trips: Sequence[Trip], asked: Sequence[_Asked], works: Sequence[_Work]) -> TravelAnswer:
    if not asked:
        return _nothing(trips, "built_in")
    troubles = [_trouble(work) for work in works]
    if any(troubles):
        return _nothing(trips, AFTER_TIMEOUT if AFTER_TIMEOUT in troubles else AFTER_ERROR)
    seconds: list[float | None] = [None] * len(trips)
    for (_, _, numbers), work in zip(asked, works, strict=True):
        for number, found in zip(numbers, work.result(), strict=True):
            seconds[number] = found
    return TravelAnswer(seconds=tuple(seconds), source="+".join(dict.fromkeys(engine.name for engine, _, _ in asked)))


def _trouble(work: _Work) -> str | None:
    if work.cancelled():
        return AFTER_TIMEOUT
    error = work.exception()
    if error is None:
        return None
    if not isinstance(error, httpx2.HTTPError | httpx2.InvalidURL | BadAnswer):
        # Anything else is a bug.
        raise error
    # Never log the message: it may contain the URL, which contains positions.
    log.warning("travel times from the router are not used", cause=type(error).__name__)
    return AFTER_ERROR


def router_of(setting: str) -> Router:
    """The router for a value of KOMEK_ROUTING that `settings.py` has validated."""
    engines: list[Engine] = []
    for part in setting.split(","):
        url = urlsplit(part.strip())
        kind, _, scheme = url.scheme.partition("+")
        base = f"{scheme}://{url.netloc}{url.path.rstrip('/')}"
        stated = parse_qs(url.query).get("modes", [""])[0]
        modes = frozenset(map(TravelMode, stated.split("."))) if stated else None
        if kind == "osrm":
            engines.append(Osrm(base, modes or frozenset({TravelMode.CAR})))
        else:
            engines.append(Valhalla(base, modes or frozenset(TravelMode)))
    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(
            logging.WARNING
        )  # at lower levels they log URLs, which contain positions of people
    limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    # `trust_env=False`: no proxy of the environment may get positions. The budget replaces a timeout of the client.
    return Router(engines, httpx2.AsyncClient(limits=limits, timeout=None, trust_env=False, follow_redirects=False))
