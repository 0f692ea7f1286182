"""Plays the scenes of the demo: reports incidents, tells the cast how to answer, and gives the operator's orders in turn."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from dispatch.model.vocabulary import PROGRESS_ORDER, OfferState
from streams.api_client import OPERATOR, Api, ApiResponse, ApiUnavailable
from streams.api_paths import path_of
from streams.simulator.answers import Kind
from streams.simulator.scenes import CHILD, Order, Scene, ScenePart

LOOK_AGAIN_S = 0.1
KNOWN_WITHIN_S = 1.0
"""The offers of an incident may arrive before the answer to its report."""
GIVES_UP_AFTER_S = 90.0
"""Longest wait for what an order waits for, at any pace; then the incidents of the scene are cancelled."""
SILENT = ScenePart(answer=Kind.SILENCE)
ELSEWHERE = ScenePart(answer=Kind.DECLINE, after_s=1.0)
"""Of the cast, to incidents that are not theirs: they stay free for their own."""


class Director:
    """`pace`: how many times faster than written the scenes are played."""

    def __init__(self, api: Api, scenes: Sequence[Scene], *, run: str, pace: float) -> None:
        self._api = api
        self._scenes = scenes
        self._run = run
        self.pace = pace
        self._of: dict[str, tuple[Scene, str]] = {}
        self.incidents: dict[tuple[str, str], str] = {}
        """Ids by scene and name: of its reports, and "child"."""
        self._seen: dict[str, Mapping[str, Any]] = {}
        self._news = {scene.name: asyncio.Event() for scene in scenes}
        self._unfinished = {scene.name for scene in scenes}

    async def play(self) -> None:
        """Plays all scenes to their end."""
        await asyncio.gather(*(self._play(scene) for scene in self._scenes))

    def notice(self, incident: Mapping[str, Any]) -> None:
        """Takes note of the newest state of an incident."""
        identity = str(incident.get("id", ""))
        parent = self._of.get(str(incident.get("parent_id")))
        if parent is not None and identity not in self._of:
            self._name(parent[0], CHILD, identity)
        if identity in self._of:
            self._seen[identity] = incident
            self._news[self._of[identity][0].name].set()

    async def part_of(self, person_id: str, incident_id: str) -> ScenePart | None:
        """How the person answers an offer of the incident; None: as they like."""
        if not self._unfinished:
            return None
        for _ in range(int(KNOWN_WITHIN_S / LOOK_AGAIN_S)):
            if incident_id in self._of:
                scene, name = self._of[incident_id]
                is_elsewhere = not scene.has(person_id) and self._is_awaited(person_id)
                return scene.part(person_id, name) or (ELSEWHERE if is_elsewhere else SILENT)
            await asyncio.sleep(LOOK_AGAIN_S)
        return ELSEWHERE if self._is_awaited(person_id) else None

    def _is_awaited(self, person_id: str) -> bool:
        return any(scene.has(person_id) for scene in self._scenes if scene.name in self._unfinished)

    async def _play(self, scene: Scene) -> None:
        await self._pause(scene.begins_s)
        reporting = [asyncio.create_task(self._report(scene, number)) for number in range(len(scene.reports))]
        try:
            for number, order in enumerate(scene.orders):
                await self._give(scene, number, order)
            self._api.tally.add("scenes played")
        except TimeoutError:
            self._api.tally.add(f"scenes given up ({scene.name})")
            await self._cancel_all(scene)
        except ApiUnavailable:
            self._api.tally.add("scenes without an answer")
        finally:
            self._unfinished.discard(scene.name)
            for task in reporting:
                task.cancel()

    async def _report(self, scene: Scene, number: int) -> None:
        report = scene.reports[number]
        await self._pause(report.at_s)
        key = self._key(scene, report.name)
        # The run in the number: a later run reports the same events anew.
        body = {**report.body, "external_id": key}
        answer = await self._api.write("POST", path_of("incidents"), OPERATOR, key=key, body=body)
        self._api.tally.add("reports accepted" if answer.is_ok else f"reports refused ({answer.code})")
        if answer.is_ok:
            self._name(scene, report.name, str(answer.body["id"]))

    def _name(self, scene: Scene, name: str, incident_id: str) -> None:
        self._of[incident_id] = (scene, name)
        self.incidents[scene.name, name] = incident_id

    async def _give(self, scene: Scene, number: int, order: Order) -> None:
        async with asyncio.timeout(GIVES_UP_AFTER_S):
            while not self._holds(scene, order):
                self._news[scene.name].clear()
                await self._news[scene.name].wait()
        await self._pause(order.after_s)
        incident_id = self.incidents[scene.name, order.to]
        answer = await self._send(scene, order, incident_id, key=self._key(scene, f"order{number}"))
        self._api.tally.add(f"ordered {order.do}" if answer.is_ok else f"{order.do} refused ({answer.code})")

    async def _send(self, scene: Scene, order: Order, incident_id: str, *, key: str) -> ApiResponse:
        body = dict(order.body)
        if "into" in body:
            body["into"] = self.incidents[scene.name, body["into"]]
        if order.do == "edit":
            return await self._api.write("PATCH", path_of("incidents", incident_id), OPERATOR, key=key, body=body)
        if order.do == "accept_proposal":
            proposal = next(iter(self._seen[incident_id]["proposals"]))
            path = path_of("incidents", incident_id, "proposals", proposal["id"], "accept")
        else:
            path = path_of("incidents", incident_id, order.do)
        return await self._api.write("POST", path, OPERATOR, key=key, body=body)

    def _holds(self, scene: Scene, order: Order) -> bool:
        incident = self._seen.get(self.incidents.get((scene.name, order.to), ""))
        if incident is None:
            return False
        if not order.when:
            return True
        if "proposal" in order.when:
            said = [len(entry["said"]) for entry in incident["proposals"] if entry["kind"] == order.when["proposal"]]
            return max(said, default=0) >= int(order.when["count"])
        return _reached(incident, OfferState(order.when["state"])) >= int(order.when["count"])

    async def _cancel_all(self, scene: Scene) -> None:
        for (of, name), incident_id in list(self.incidents.items()):
            if of == scene.name:
                key = self._key(scene, f"{name}-given-up")
                await self._api.write("POST", path_of("incidents", incident_id, "cancel"), OPERATOR, key=key, body={})

    def _key(self, scene: Scene, what: str) -> str:
        return f"sim-{self._run}-{scene.name}-{what}"

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.pace)


def _reached(incident: Mapping[str, Any], state: OfferState) -> int:
    """How many people have the state or one after it."""
    order = (OfferState.OFFERED, *PROGRESS_ORDER)
    beyond = order[order.index(state) :]
    return sum(offer["state"] in beyond for offer in incident["offers"])
