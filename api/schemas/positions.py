"""Where the people engaged in one incident are."""

from api.schemas.base import Shown
from dispatch.model.vocabulary import OfferState


class PersonUnderWay(Shown):
    """A person with accepted field work. Without a position on duty `lon`, `lat`, `fix_age_s` and `eta_s` are null. `eta_s`:
    from the newest position, null on scene. `continues` false: they announced that no positions follow for a while, for example
    because another app navigates; the silence then means nothing. `label`: the name that they chose to be shown by."""

    volunteer_id: str
    offer_id: str
    state: OfferState
    label: str | None
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    fix_age_s: int | None
    eta_s: int | None
    continues: bool


class PositionList(Shown):
    items: list[PersonUnderWay]
