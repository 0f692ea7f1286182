"""Which steps people are told, as what, and for how long."""

from typing import Any

import pytest

from dispatch.model.merges import MERGED
from dispatch.notices.offer_validity import Judgement, OfferVerdict, Validity
from dispatch.notices.rules import LATE_MS, SOON_MS, Notice, is_true_still, notice_of
from tests.dispatch.notices.test_offer_validity import step


def told(*changes: tuple[str, dict[str, Any]]) -> list[str | None]:
    """What is said at each step of one offer, whose decisions follow one another."""
    validity = Validity()
    kinds: list[str | None] = []
    for decision, (state, change) in enumerate(changes):
        one = step("a", state, decision, **change)
        notice = notice_of(one, validity.judge(one))
        kinds.append(notice.kind if notice else None)
    return kinds


@pytest.mark.parametrize(
    ("states", "kinds"),
    [
        (["offered", "accepted", "en_route", "on_scene", "done"], ["offered", "confirmed", None, None, None]),
        (["offered", "declined"], ["offered", None]),
        (["offered", "expired"], ["offered", None]),  # the offer itself says when its time is over
        (["offered", "expired", "accepted"], ["offered", None, "confirmed"]),
        (["offered", "withdrawn"], ["offered", "withdrawn"]),
        (["offered", "accepted", "stood_down"], ["offered", "confirmed", "stood_down"]),
        (["offered", "void"], ["offered", "void"]),
        (["void"], [None]),  # was never told of
    ],
)
def test_each_step_gives_its_notice_or_none(states: list[str], kinds: list[str | None]) -> None:
    assert told(*((state, {}) for state in states)) == kinds


def test_work_ended_by_others_gives_a_notice_and_ones_own_end_does_not() -> None:
    for reason, kind in (("closed", "closed"), (MERGED, "closed"), ("confirmed", None), (None, None)):
        assert told(("on_scene", {}), ("done", {"reason": reason}))[-1] == kind


def test_an_expired_lease_gives_a_notice_and_an_expired_offer_does_not() -> None:
    for reason, kind in (("lease_expired", "lease_expired"), ("no_answer", None)):
        assert told(("accepted", {}), ("expired", {"reason": reason}))[-1] == kind


def test_safety_notices_keep_their_kind() -> None:
    kinds = told(("on_scene", {}), ("on_scene", {"event_id": "n", "notice": "check_in_asked"}))

    assert kinds == [None, "check_in_asked"]


def test_repeats_and_rivals_give_no_notice() -> None:
    validity = Validity()
    first, rival = step("a", "offered", 1), step("b", "offered", 2)

    assert notice_of(first, validity.judge(first)) is not None
    assert notice_of(first, validity.judge(first)) is None
    assert notice_of(rival, validity.judge(rival)) is None


def notice(state: str, **changes: Any) -> Notice:
    one = step("a", state, 1, **changes)
    made = notice_of(one, Judgement(OfferVerdict.COUNTS))
    assert made is not None
    return made


def test_an_offer_notice_is_valid_until_it_expires_and_others_for_a_fixed_time() -> None:
    at_ms = step("a", "offered", 1).at_ms

    assert notice("offered").until_ms == step("a", "offered", 1).expires_ms
    assert notice("offered", notice="reminder").until_ms == step("a", "offered", 1).expires_ms
    assert notice("accepted").until_ms == at_ms + SOON_MS
    assert notice("on_scene", notice="check_in_asked").until_ms == at_ms + SOON_MS
    assert notice("stood_down").until_ms == at_ms + LATE_MS
    assert notice("en_route", notice="colleague_in_distress").until_ms == at_ms + LATE_MS


def test_a_notice_is_true_while_the_state_of_its_offer_is_unchanged() -> None:
    validity = Validity()
    validity.judge(step("a", "offered", 1))
    assert is_true_still(notice("offered"), validity)

    validity.judge(step("a", "accepted", 2))
    assert not is_true_still(notice("offered"), validity)
    assert is_true_still(notice("accepted"), validity)

    validity.judge(step("a", "en_route", 3))
    danger = notice("accepted", notice="colleague_in_distress")
    assert is_true_still(danger, validity)

    validity.judge(step("a", "stood_down", 4))
    assert not is_true_still(danger, validity)
    assert is_true_still(notice("stood_down"), validity)


def test_only_end_notices_of_forgotten_offers_can_be_true() -> None:
    assert is_true_still(notice("withdrawn"), Validity())
    assert not is_true_still(notice("offered"), Validity())


def test_an_end_is_moot_for_people_who_got_no_notice_before() -> None:
    assert notice("offered").is_first
    assert not notice("offered", notice="reminder").is_first
    assert notice("withdrawn").is_moot_unless_told
    assert not notice("stood_down").is_moot_unless_told
