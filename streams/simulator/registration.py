"""Registers volunteers and sends their positions through the HTTP API."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dispatch.model.places import Place
from streams import clock
from streams.api_client import OPERATOR, TRACKER, Api, ApiCaller, ApiUnavailable
from streams.api_paths import path_of
from streams.simulator.people import SimulatedPerson

POSITIONS_AT_ONCE = 1000
"""Positions per request."""
REGISTRATIONS_AT_ONCE = 32


def profile(person: SimulatedPerson) -> dict[str, Any]:
    """The body of PUT /v1/volunteers/{id}."""
    return {
        "capabilities": [capability.value for capability in person.capabilities],
        "skills": list(person.skills),
        "languages": list(person.languages),
        "travel_mode": person.travel_mode.value,
        "max_distance_m": person.max_distance_m,
        "home": {"type": "Point", "coordinates": [person.home.lon, person.home.lat]},
        "on_duty": person.on_duty,
        "contact": {"name": person.name, "phone": person.phone},
        "label": person.name,
    }


async def register(api: Api, people: Iterable[SimulatedPerson], *, run: str) -> None:
    """Registers all people concurrently, with verified skills. Refused profiles are counted by reason and skipped.

    Raises:
        ApiUnavailable: the API did not answer for longer than `retry_for_s`.
    """
    # One iterator for all tasks: each takes the next person.
    waiting = iter(people)

    async def register_waiting() -> None:
        for person in waiting:
            path = path_of("volunteers", person.id)
            # By an operator, who vouches for their skills.
            answer = await api.write("PUT", path, OPERATOR, key=f"sim-{run}-{person.id}", body=profile(person))
            api.tally.add("registered" if answer.is_ok else f"not registered ({answer.code})")
            if answer.is_ok and person.on_duty:
                # By themselves: somebody who has only been registered counts as asleep in quiet hours.
                themselves = ApiCaller(role="volunteer", identity=person.id)
                duty = {"on_duty": True}
                await api.write("PUT", f"{path}/duty", themselves, key=f"sim-{run}-{person.id}-duty", body=duty)

    async with asyncio.TaskGroup() as group:
        for _ in range(REGISTRATIONS_AT_ONCE):
            group.create_task(register_waiting())


async def send_positions(
    api: Api,
    people: Sequence[SimulatedPerson],
    place_of: Callable[[SimulatedPerson], Place],
    *,
    run: str,
    round_number: int,
) -> None:
    """Sends one position per person, in batches. Failed batches are not repeated: the next positions are newer."""
    for start in range(0, len(people), POSITIONS_AT_ONCE):
        now = clock.rfc3339(clock.now_ms())
        batch = [_position(person, place_of(person), now) for person in people[start : start + POSITIONS_AT_ONCE]]
        key = f"sim-{run}-positions-{round_number}-{start}"
        try:
            answer = await api.write("POST", "/v1/locations", TRACKER, key=key, body={"locations": batch})
        except ApiUnavailable:
            api.tally.add("positions lost", len(batch))
            continue
        rejected = len(answer.body.get("rejected", ())) if isinstance(answer.body, Mapping) else 0
        api.tally.add("positions" if answer.is_ok else f"positions refused ({answer.code})", len(batch) - rejected)
        if rejected:
            api.tally.add("positions rejected", rejected)


def _position(person: SimulatedPerson, place: Place, now: str) -> dict[str, Any]:
    return {
        "volunteer_id": person.id,
        "lon": place.lon,
        "lat": place.lat,
        "accuracy_m": 20.0,
        "recorded_at": now,
    }
