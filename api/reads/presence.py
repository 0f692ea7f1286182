"""The other operators at an incident."""

from collections.abc import Awaitable, Sequence

from api.caller import Caller
from api.views.values import View
from dispatch.ports import StoreUnavailable
from streams.store.operators_here import OperatorHere


async def colleagues(incident_id: str, caller: Caller, found: Awaitable[Sequence[OperatorHere]]) -> View:
    """`schemas.presence.PresenceShown`; nobody while Redis is away."""
    try:
        people = await found
    except StoreUnavailable:
        people = []
    shown = [{"label": one.id, "doing": one.doing, "field": one.field} for one in people if one.id != caller.id]
    return {"incident_id": incident_id, "people": shown}
