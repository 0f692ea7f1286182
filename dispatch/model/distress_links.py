"""Links between the incident of a person's danger and the incidents to which that person was sent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTo:
    """A person in danger, and an incident to which they were sent."""

    incident_id: str
    volunteer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDistress:
    """What an incident of danger told last of people who were sent here. Empty: none of them is in danger there any more."""

    # Kept after the end too: an older message must not bring the danger back (DESIGN 221).
    version: int
    volunteer_ids: tuple[str, ...] = ()
