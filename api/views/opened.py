"""What a person who accepted sees of an incident besides its state; the rule is `dispatch/matching/disclosure.py`."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.views.values import View, private_fields
from dispatch.model.vocabulary import Details
from streams.wire import IncidentPrivate


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """`details`: `verified_only` if caller and description are hidden from this person, else `all`; None before acceptance.

    `private` may be None after acceptance too, while Redis does not answer.
    """

    private: IncidentPrivate | None = None
    material: Sequence[View] = ()
    details: Details | None = None

    def fields(self) -> View:
        """The private fields that may be shown, with the reason why others are not."""
        if self.details is None:
            return {}
        shown = private_fields(self.private)
        if self.details is Details.VERIFIED_ONLY:
            # The address is needed to help.
            shown = {name: value for name, value in shown.items() if name == "address"}
        return {**shown, "details": self.details}


NOTHING = Opened()
