"""What a person who accepted sees of an incident besides its state; the rules are `dispatch/matching/disclosure.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.views.values import View, private_fields
from dispatch.matching.disclosed_fields import NOTHING as NO_FIELD
from dispatch.matching.disclosed_fields import Disclosed
from dispatch.model.places import Area, Geometry
from dispatch.model.vocabulary import Details
from streams.wire import IncidentPrivate

_PARTS_OF = {
    "description": frozenset({Disclosed.DESCRIPTION}),
    "address": frozenset({Disclosed.ADDRESS}),
    "caller": frozenset({Disclosed.NAME, Disclosed.PHONE}),
}
"""The private fields of responses, and what each consists of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """`disclosed`: what the person's work gives them. `details`: `verified_only` if caller and texts are hidden from this person,
    else `all`; None unless they are at work.

    `private` may be None at work too, while Redis does not answer.
    """

    private: IncidentPrivate | None = None
    material: Sequence[View] = ()
    details: Details | None = None
    disclosed: frozenset[Disclosed] = NO_FIELD
    hints: Sequence[View] = ()
    hints_follow: bool = False
    """Hints are shown once the person has answered."""

    def fields(self) -> View:
        """The private fields, null where the person does not get them, with the reason why; empty unless they are at work."""
        if self.details is None:
            return {}
        known = private_fields(self.private)
        shown: View = {name: self._part(name, known.get(name)) for name in _PARTS_OF}
        if "unreadable" in known:
            shown["unreadable"] = [name for name in known["unreadable"] if self.disclosed & _PARTS_OF[name]]
        return {**shown, "details": self.details}

    def location(self, area: Area | None) -> Geometry | None:
        """The exact place, if the person gets it."""
        return area.geometry if area is not None and Disclosed.LOCATION in self.disclosed else None

    def _part(self, name: str, value: Any) -> Any:
        seen = self.disclosed & _PARTS_OF[name]
        if name == "caller" and value is not None:
            return {part: text for part, text in value.items() if part in seen} or None
        return value if seen else None


NOTHING = Opened()
