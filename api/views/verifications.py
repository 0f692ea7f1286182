"""Verified skills as people, operators and admins see them."""

from api.views.values import View, time
from dispatch.model.verifications import Verification
from streams.store.verifications import Ending
from streams.store.volunteer_view import VolunteerView


def verified_skill(known: Verification, now_ms: int) -> View:
    """`schemas.verifications.VerifiedSkill`."""
    return {
        "until": time(known.until_ms),
        "by_organisation": known.organisation,
        "ends_soon": known.ends_soon(now_ms),
    }


def verified_of(view: VolunteerView | None) -> View:
    """The valid verifications by skill, as part of a profile."""
    if view is None:
        return {}
    return {
        skill: verified_skill(known, view.now_ms)
        for skill, known in view.verified.items()
        if known.is_valid(view.now_ms)
    }


def ending(one: Ending) -> View:
    """`schemas.verifications.EndingShown`."""
    return {"volunteer_id": one.volunteer_id, "skill": one.skill, "until": time(one.until_ms)}
