"""The plan of a notice: which ways, in which order, and what holds it back."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.vocabulary import OfferState, Priority
from dispatch.notices.ladder import SHARES, ChannelKind, QuietHours, due_ms, plan, withheld
from dispatch.notices.rules import Notice

AT_MS = 1_764_000_000_000  # 21:00 in Kazakhstan
WINDOW_MS = 100_000
OFFER = Notice(
    event_id="e",
    offer_id="o",
    incident_id="i",
    volunteer_id="v",
    kind="offered",
    state=OfferState.OFFERED,
    at_ms=AT_MS,
    until_ms=AT_MS + WINDOW_MS,
    priority=Priority.HIGH,
)
STOOD_DOWN = replace(OFFER, kind="stood_down", state=OfferState.STOOD_DOWN, until_ms=AT_MS + 3_600_000)
KINDS = st.sampled_from(
    [
        "offered",
        "confirmed",
        "withdrawn",
        "stood_down",
        "changed",
        "check_in_asked",
        "colleague_in_distress",
        "new_kind",
    ]
)
NOTICES = st.builds(
    lambda kind, priority, window_ms: replace(OFFER, kind=kind, priority=priority, until_ms=AT_MS + window_ms),
    KINDS,
    st.sampled_from([None, *Priority]),
    st.integers(0, 7_200_000),
)


def test_an_offer_climbs_from_push_to_voice_within_its_window() -> None:
    steps = [(step.kind, step.at_ms - AT_MS) for step in plan(OFFER)]

    assert steps == [
        (ChannelKind.WEBPUSH, 0),
        (ChannelKind.EMAIL, 0),
        (ChannelKind.TELEGRAM, 15_000),
        (ChannelKind.SMS, 35_000),
        (ChannelKind.VOICE, 60_000),
    ]


def test_a_critical_offer_goes_by_every_way_at_once() -> None:
    steps = plan(replace(OFFER, priority=Priority.CRITICAL))

    assert {step.kind for step in steps} == set(ChannelKind)
    assert {step.at_ms for step in steps} == {AT_MS}


def test_nobody_is_called_because_a_job_changed_and_no_sms_repeats_the_own_yes() -> None:
    assert due_ms(replace(OFFER, kind="changed"), ChannelKind.VOICE) is None
    assert due_ms(replace(OFFER, kind="confirmed"), ChannelKind.SMS) is None
    assert due_ms(STOOD_DOWN, ChannelKind.SMS) is not None


@given(NOTICES)
def test_no_step_lies_before_the_notice_or_after_the_window_of_an_offer(notice: Notice) -> None:
    for step in plan(notice):
        assert notice.at_ms <= step.at_ms
        if notice.kind == "offered":
            assert step.at_ms <= notice.until_ms


@given(NOTICES)
def test_each_way_is_used_at_most_once_and_louder_ways_never_come_earlier(notice: Notice) -> None:
    steps = plan(notice)

    assert len({step.kind for step in steps}) == len(steps)
    assert [step.at_ms for step in steps] == sorted(step.at_ms for step in steps)
    assert [SHARES[step.kind] for step in steps] == sorted(SHARES[step.kind] for step in steps)


@given(NOTICES)
def test_every_notice_goes_by_push(notice: Notice) -> None:
    assert plan(notice)[0].kind is ChannelKind.WEBPUSH


@given(NOTICES, st.integers(1, 3_600_000))
def test_a_longer_window_never_makes_a_step_earlier(notice: Notice, more_ms: int) -> None:
    longer = replace(notice, until_ms=notice.until_ms + more_ms)

    assert all((due_ms(longer, step.kind) or 0) >= step.at_ms for step in plan(notice))


def test_offers_are_withheld_from_people_off_duty_also_critical_ones() -> None:
    critical = replace(OFFER, priority=Priority.CRITICAL)

    assert withheld(critical, on_duty=False, quiet=None, now_ms=AT_MS) == "off_duty"
    assert withheld(STOOD_DOWN, on_duty=False, quiet=None, now_ms=AT_MS) is None


def test_quiet_hours_hold_back_offers_that_are_not_critical() -> None:
    quiet = QuietHours(from_min=20 * 60, until_min=7 * 60)

    assert withheld(OFFER, on_duty=True, quiet=quiet, now_ms=AT_MS) == "quiet_hours"
    assert withheld(replace(OFFER, priority=Priority.CRITICAL), on_duty=True, quiet=quiet, now_ms=AT_MS) is None
    assert withheld(STOOD_DOWN, on_duty=True, quiet=quiet, now_ms=AT_MS) is None
    # An offer from an older record states no priority; its window says nothing about its urgency.
    assert withheld(replace(OFFER, priority=None), on_duty=True, quiet=quiet, now_ms=AT_MS) == "quiet_hours"


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(AT_MS, AT_MS + 86_400_000))
def test_a_time_is_in_the_quiet_hours_or_in_the_rest_of_the_day(from_min: int, until_min: int, at_ms: int) -> None:
    inside = QuietHours(from_min=from_min, until_min=until_min).contains(at_ms)
    outside = QuietHours(from_min=until_min, until_min=from_min).contains(at_ms)

    assert inside is not outside if from_min != until_min else not inside


def test_an_offer_that_an_operator_forced_is_withheld_from_nobody() -> None:
    quiet = QuietHours(from_min=0, until_min=1439)

    assert withheld(replace(OFFER, is_forced=True), on_duty=False, quiet=quiet, now_ms=AT_MS) is None
