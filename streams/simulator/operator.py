"""The simulated operator: reports incidents, corrects some of them while people are under way, and closes them."""

import asyncio
import heapq
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from dispatch.model.places import Place
from streams.api_client import OPERATOR, Api, ApiUnavailable
from streams.api_paths import path_of
from streams.simulator.incidents import Report
from streams.simulator.observed_offers import SeenOffer
from streams.simulator.places import moved

LONGEST_S = 45 * 60.0
"""An incident without work is closed after this time, at a work speed of 1."""
AFTERWARDS_S = 60.0
"""Time from the end of the last person's work to the closing, at a work speed of 1."""

LEARNS_AFTER_S = (20.0, 90.0)
"""Time from the first acceptance to a correction, at a work speed of 1."""
OFF_BY_M = 200.0

Clock = Callable[[], float]


@dataclass(slots=True)
class _OpenIncident:
    """`live`: offers that people hold. `worked`: true once somebody was assigned."""

    live: set[str] = field(default_factory=set)
    worked: bool = False
    correction: dict[str, Any] | None = None
    """The correction to send once somebody is under way."""


class Operator:
    def __init__(self, api: Api, *, work_speed: float, now_s: Clock, corrected: float = 0.0) -> None:
        """`corrected`: share of the incidents that are corrected while people are under way."""
        self._api = api
        self._longest_s = LONGEST_S / work_speed
        self._afterwards_s = max(0.2, AFTERWARDS_S / work_speed)
        self._work_speed = work_speed
        self._corrected = corrected
        self._now_s = now_s
        self._open: dict[str, _OpenIncident] = {}
        self._due: list[tuple[float, str]] = []
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def open_incidents(self) -> int:
        return len(self._open)

    async def report_all(self, reports: Iterator[Report]) -> None:
        """Sends each report at its time. Reports are sent concurrently, so a slow API delays no later report, and none is
        dropped."""
        for report in reports:
            # The plan of the scenario is kept even if earlier reports came late.
            await asyncio.sleep(max(0.0, report.at_s - self._now_s()))
            self._begin(self._report(report))
        await asyncio.gather(*self._sending)

    def notice(self, offer: SeenOffer) -> None:
        incident = self._open.get(offer.incident_id)
        if incident is None:
            return
        # Events may be repeated or come out of order; a set makes them idempotent.
        (incident.live.add if offer.is_live else incident.live.discard)(offer.id)
        incident.worked = incident.worked or offer.is_assigned
        if incident.worked and incident.correction is not None:
            # At the first acceptance: that is when a correction has people to reach.
            self._begin(self._correct(offer.incident_id, incident.correction))
            incident.correction = None
        if incident.worked and not incident.live:
            heapq.heappush(self._due, (self._now_s() + self._afterwards_s, offer.incident_id))

    async def close_all(self) -> None:
        """Closes each incident when its work is done or it has been open too long. Runs until cancelled."""
        while True:
            await asyncio.sleep(0.2)
            while self._due and self._due[0][0] <= self._now_s():
                _, incident_id = heapq.heappop(self._due)
                await self._close_if_over(incident_id)

    async def stop(self) -> None:
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def _report(self, report: Report) -> None:
        try:
            answer = await self._api.write("POST", "/v1/incidents", OPERATOR, key=report.key, body=report.body)
        except ApiUnavailable:
            self._api.tally.add("reports unknown")
            return
        if not answer.is_ok:
            self._api.tally.add(f"reports refused ({answer.code})")
            return
        self._api.tally.add("reports accepted")
        incident_id = str(answer.body["id"])
        self._open.setdefault(incident_id, _OpenIncident()).correction = correction_of(report, self._corrected)
        # In case nobody ever comes.
        heapq.heappush(self._due, (self._now_s() + self._longest_s, incident_id))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _correct(self, incident_id: str, correction: dict[str, Any]) -> None:
        # Seeded by the incident, so that a repeated run sends the same corrections.
        rng = Random(f"correction {incident_id}")
        await asyncio.sleep(rng.uniform(*LEARNS_AFTER_S) / self._work_speed)
        path = path_of("incidents", incident_id)
        try:
            answer = await self._api.write("PATCH", path, OPERATOR, key=f"sim-correct-{incident_id}", body=correction)
        except ApiUnavailable:
            return
        self._api.tally.add("corrected" if answer.is_ok else f"correction refused ({answer.code})")

    async def _close_if_over(self, incident_id: str) -> None:
        incident = self._open.get(incident_id)
        if incident is None:
            return
        if incident.live:
            heapq.heappush(self._due, (self._now_s() + self._afterwards_s, incident_id))
            return
        try:
            answer = await self._api.write(
                "POST",
                path_of("incidents", incident_id, "close"),
                OPERATOR,
                key=f"sim-close-{incident_id}",
                body={"reason": "done"},
            )
        except ApiUnavailable:
            heapq.heappush(self._due, (self._now_s() + self._afterwards_s, incident_id))
            return
        # Also when the close was refused: it is not tried again.
        del self._open[incident_id]
        self._api.tally.add("closed" if answer.is_ok else f"close refused ({answer.code})")


def correction_of(report: Report, share: float) -> dict[str, Any] | None:
    """The body of a later correction; None for all but this share of the reports."""
    rng = Random(f"correction {report.key}")
    if rng.random() >= share:
        return None
    learnt: dict[str, Any] = {"description": f"{report.body.get('description') or ''} Кіру ауладан.".strip()}
    location = report.body.get("location")
    if isinstance(location, Mapping) and location.get("type") == "Point":
        lon, lat = location["coordinates"]
        east_m, north_m = rng.uniform(-OFF_BY_M, OFF_BY_M), rng.uniform(-OFF_BY_M, OFF_BY_M)
        there = moved(Place(lon=lon, lat=lat), east_m=east_m, north_m=north_m)
        learnt["location"] = {"type": "Point", "coordinates": [there.lon, there.lat]}
    return learnt
