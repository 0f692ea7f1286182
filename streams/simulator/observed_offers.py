"""Offers in events of the stream and in responses, in one common form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.model.vocabulary import ASSIGNED_STATES, LIVE_STATES, OfferState
from dispatch.notices.safety_notices import CHANGED, STAGING_MOVED, STILL_COMING

_CHANGES = frozenset({CHANGED, STAGING_MOVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenOffer:
    id: str
    incident_id: str
    volunteer_id: str
    state: OfferState
    to_confirm: int | None = None
    """The version of a change of the job that the person must confirm."""
    is_asked_whether_coming: bool = False

    @property
    def is_open(self) -> bool:
        return self.state is OfferState.OFFERED

    @property
    def is_assigned(self) -> bool:
        return self.state in ASSIGNED_STATES

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES


def offers_in(data: Any) -> Iterator[SeenOffer]:
    """Yields every offer in the data of an event or of an incident. Other data is skipped."""
    if not isinstance(data, Mapping):
        return
    offer = _offer(data, str(data.get("incident_id", "")))
    if offer is not None:
        yield offer
    for name in ("offer", "incident"):
        yield from offers_in(data.get(name))
    inside = data.get("offers")
    for entry in inside if isinstance(inside, list) else ():
        found = _offer(entry, str(data.get("id", ""))) if isinstance(entry, Mapping) else None
        if found is not None:
            yield found


def _offer(data: Mapping[str, Any], incident_id: str) -> SeenOffer | None:
    identity = data.get("id") or data.get("offer_id")
    volunteer, state = data.get("volunteer_id"), data.get("state")
    # Ids of offers begin with "o-" (DESIGN 6); incidents and events have the same field names.
    if not (isinstance(identity, str) and identity.startswith("o-") and isinstance(volunteer, str)):
        return None
    if state not in set(OfferState):
        return None
    return SeenOffer(
        id=identity,
        incident_id=incident_id,
        volunteer_id=volunteer,
        state=OfferState(state),
        to_confirm=_to_confirm(data) if state in ASSIGNED_STATES else None,
        is_asked_whether_coming=data.get("notice") == STILL_COMING or bool(data.get("still_coming_asked_at")),
    )


def _to_confirm(data: Mapping[str, Any]) -> int | None:
    """The version to confirm: in `notice` of an event, in `to_confirm` of an offer."""
    shown = data.get("to_confirm")
    if data.get("notice") in _CHANGES:
        shown = data
    version = shown.get("version") if isinstance(shown, Mapping) else None
    return version if isinstance(version, int) else None
