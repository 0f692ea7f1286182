"""Commands about the danger of a person beyond the signal itself: its links, the offers they hold, and that they are safe."""

from dataclasses import dataclass

from dispatch.model.commands import Command
from dispatch.model.vocabulary import HeardBy


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDistress(Command):
    """The incident `distress_id` tells which people who were sent to this one are in danger there now. All of them, each time:
    what comes late or twice changes nothing."""

    distress_id: str
    # Of `distress_id`: messages may overtake each other (DESIGN 221).
    distress_version: int
    volunteer_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class YieldOffer(Command):
    """The person who holds this offer is in danger themselves: unless they have accepted it, somebody else is asked."""

    offer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSafety(Command):
    """The person whose danger this is says that they are safe. `heard_by`: the operator `by` enters what the person said."""

    volunteer_id: str
    heard_by: HeardBy | None = None
    said_ms: int | None = None
    """When the person said so, by the clock of the sender. Displayed only."""
    private_ref: str | None = None
