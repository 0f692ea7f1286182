"""When a notice goes out by which way: the plan of one notice, as a pure function.

An offer lasts a minute or two, and a phone that sleeps may show a push a minute late. So a notice goes first where it costs
nothing and disturbs least, and by louder ways after a share of its window, unless the person has seen or answered it. Critical
offers go by every way at once.

The window of an offer ends with its time to answer; every other notice has `SHORT_WINDOW_MS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dispatch.model.local_time import ALMATY, local_minute
from dispatch.model.vocabulary import OfferState, Priority
from dispatch.notices.rules import Notice
from dispatch.notices.safety_notices import COLLEAGUE_IN_DISTRESS, REMINDER, STILL_COMING

DAY_MIN = 24 * 60
SHORT_WINDOW_MS = 120_000


class ChannelKind(StrEnum):
    """A way to a person's pocket. Part of the ids of notices: never change a value."""

    WEBPUSH = "webpush"
    EMAIL = "email"
    TELEGRAM = "telegram"
    SMS = "sms"
    VOICE = "voice"


SHARES: Mapping[ChannelKind, float] = {
    ChannelKind.WEBPUSH: 0.0,
    ChannelKind.EMAIL: 0.0,
    ChannelKind.TELEGRAM: 0.15,
    ChannelKind.SMS: 0.35,
    ChannelKind.VOICE: 0.60,
}
"""Share of the window after which each way is used."""
_CHECK_INS = frozenset({"check_in_asked", "check_in_warned", "check_in_overdue", STILL_COMING})
_DISTRESS = frozenset({COLLEAGUE_IN_DISTRESS})
URGENT_KINDS = frozenset({"offered", REMINDER}) | _CHECK_INS | _DISTRESS
"""Notices for which a phone may be woken at once (RFC 8030, Urgency: high): offers, check-ins, distress."""

_WAYS: Mapping[str, frozenset[ChannelKind]] = {
    "offered": frozenset(ChannelKind),
    # What the person has just caused themselves needs no SMS.
    "confirmed": frozenset({ChannelKind.WEBPUSH, ChannelKind.TELEGRAM}),
    **dict.fromkeys(_CHECK_INS | _DISTRESS, frozenset(ChannelKind)),
}
"""Ways by kind; every other kind goes by all ways except voice: the ring of a call does not say that an address has changed."""
IN_A_DRILL = frozenset({ChannelKind.WEBPUSH})
"""Only the app, which shows that it is a drill; and no gateway is paid for one."""
_IN_EARNEST = _CHECK_INS | _DISTRESS
"""Whether somebody is safe is asked in earnest also in a drill."""
_NO_VOICE = frozenset(ChannelKind) - {ChannelKind.VOICE}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Hours without offers that are not critical, in minutes of the local day (0 to 1439); they may pass midnight."""

    from_min: int
    until_min: int

    def contains(self, at_ms: int, zone: str = ALMATY) -> bool:
        now_min = local_minute(at_ms, zone)
        if self.from_min <= self.until_min:
            return self.from_min <= now_min < self.until_min
        return now_min >= self.from_min or now_min < self.until_min


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`at_ms`: not before; nothing is sent by this way after the notice's own end."""

    kind: ChannelKind
    at_ms: int


def plan(notice: Notice) -> tuple[Step, ...]:
    """The steps of a notice by time; of steps at one time, the quietest way first."""
    found = [Step(kind=kind, at_ms=at_ms) for kind in SHARES if (at_ms := due_ms(notice, kind)) is not None]
    return tuple(sorted(found, key=lambda step: step.at_ms))


def due_ms(notice: Notice, kind: ChannelKind) -> int | None:
    """When the notice may go out by this way; None: it never does."""
    if kind not in _WAYS.get(notice.kind, _NO_VOICE) or (is_of_a_drill(notice) and kind not in IN_A_DRILL):
        return None
    if is_everywhere_at_once(notice):
        return notice.at_ms
    window_ms = notice.until_ms - notice.at_ms if notice.kind == "offered" else SHORT_WINDOW_MS
    return notice.at_ms + round(max(0, window_ms) * SHARES[kind])


def is_of_a_drill(notice: Notice) -> bool:
    """Whether it goes by the app alone. A colleague in danger is none, wherever the danger came up."""
    return notice.exercise and notice.kind not in _DISTRESS


def says_it_is_a_drill(notice: Notice) -> bool:
    """Whether the text begins with the word: nobody must set out for a drill, or take a question about safety for one."""
    return notice.exercise and notice.kind not in _IN_EARNEST


def is_everywhere_at_once(notice: Notice) -> bool:
    """Whether there is no time for a sequence: critical offers, and a colleague in danger."""
    return notice.kind in _DISTRESS or (notice.kind == "offered" and notice.priority is Priority.CRITICAL)


def withheld(notice: Notice, *, on_duty: bool, quiet: QuietHours | None, now_ms: int, zone: str = ALMATY) -> str | None:
    """Why an offer must not go out to this person now: `off_duty` or `quiet_hours`; None: it may.

    Only offers are withheld: who holds an assignment is told what concerns it, also after the end of their duty. An operator who
    forces an offer has decided to disturb the person.
    """
    if notice.state is not OfferState.OFFERED or notice.is_forced:
        return None
    if not on_duty:
        return "off_duty"
    if notice.priority is not Priority.CRITICAL and quiet is not None and quiet.contains(now_ms, zone):
        return "quiet_hours"
    return None
