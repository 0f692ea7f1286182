"""One incident of an `api_world.World`, its edits over HTTP, and a worker that decides its commands at once."""

from typing import Any

import httpx2

from api.schemas.edits import IncidentValues
from api.schemas.reports import RequirementIn
from dispatch.decide import decide
from dispatch.model.commands import Command
from dispatch.model.incidents import Incident
from dispatch.model.people import Found
from dispatch.state.lifecycle import fold
from tests.support.api_world import World
from tests.support.builders import plans, view


class EditedIncident:
    """One incident, and a worker that decides its commands at once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.path = ""
        world.log.worker = self.decide

    async def report(self, **stated: Any) -> None:
        answer = await self.world.report(**({"address": "Абай 1", "language": "kk"} | stated))
        self.path = answer.json()["links"]["self"]
        await self.settled()

    def decide(self, command: Command) -> None:
        redis, offset = self.world.redis, len(self.world.decisions.at)
        if command.id in redis.decision_places:
            return
        state = redis.states.get(command.incident_id)
        decision = decide(view(state, command, offset=offset), command, plans(), lambda _: Found())
        self.world.decisions.at[3, offset] = decision
        redis.decision_places[command.id] = (3, offset)
        redis.places.setdefault(command.incident_id, []).append((3, offset))
        if after := fold(state, decision):
            redis.add(after)
        for ref in decision.unused_refs:
            redis.sealed.pop(ref, None)
            redis.private_offsets[ref] = 10**9

    async def patch(
        self, body: dict[str, Any], by: str = "op-1", if_match: str | None = None, key: str = ""
    ) -> httpx2.Response:
        headers = {"If-Match": if_match} if if_match is not None else {}
        answer = await self.world.ask("PATCH", self.path, body, subject=by, headers=headers, key=key)
        await self.settled()
        return answer

    async def read(self) -> dict[str, Any]:
        shown: dict[str, Any] = (await self.world.ask("GET", self.path)).json()
        return shown

    async def settled(self) -> None:
        """Waits for the background writes to Redis."""
        for task in list(self.world.app.state.services.marks._tasks):
            await task


async def form_of(edited: EditedIncident) -> dict[str, Any]:
    """Every editable field as the incident shows it."""
    shown = await edited.read()
    form = {name: shown.get(name) for name in IncidentValues.model_fields}
    form["requirements"] = [
        {name: value for name, value in entry.items() if name in RequirementIn.model_fields}
        for entry in shown["requirements"]
    ]
    return form


def first_reads(edited: EditedIncident, states: list[Incident]) -> None:
    """The next reads of an incident from Redis give these older states, because decisions are not applied yet."""
    stale, read = iter(states), edited.world.redis.incident

    async def late(incident_id: str) -> Incident | None:
        return next(stale, None) or await read(incident_id)

    edited.world.redis.incident = late  # type: ignore[method-assign]
