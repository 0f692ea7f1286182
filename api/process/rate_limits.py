"""Rate limits: requests per second and burst, by class of request and role (DESIGN 127).

    class       requests                                              last to be limited
    safety      distress, check-ins                                   1
    critical    reports of critical incidents                         1
    answer      other answers to offers, duty                         2
    report      other reports                                         3
    write       every other write                                     4
    positions   position fixes                                        5
    read        GET
    preview     previews of reports                                   5
    stream      new live views
    refused     requests without a valid token, by client address

Two limits apply to an authenticated request: of its identity, and of all identities of its role together, so that one role
cannot occupy the process. The state is that of one process: N processes behind a load balancer permit up to N times as much.
Redis is not asked, so that limits also hold while it is away and cost no round trip.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from streams import clock
from streams.tokens import Role

REMEMBERED = 100_000
"""Keys whose use is remembered, per rate."""


class RequestClass(StrEnum):
    SAFETY = "safety"
    CRITICAL = "critical"
    ANSWER = "answer"
    REPORT = "report"
    WRITE = "write"
    POSITIONS = "positions"
    READ = "read"
    PREVIEW = "preview"
    STREAM = "stream"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, and `per_s` afterwards."""

    per_s: float
    burst: int


_PERSON, _DESK, _DEVICE = Role.VOLUNTEER, (Role.OPERATOR, Role.ADMIN), Role.TRACKER

OF_IDENTITY: Mapping[tuple[RequestClass, Role], Rate] = {
    # One token of an operator may be a whole control room's gateway: 112 systems report through a single account.
    **{
        (kind, role): rate
        for role in _DESK
        for kind, rate in {
            RequestClass.CRITICAL: Rate(1000, 5000),
            RequestClass.SAFETY: Rate(200, 1000),
            RequestClass.ANSWER: Rate(200, 1000),
            RequestClass.REPORT: Rate(500, 2500),
            RequestClass.WRITE: Rate(200, 1000),
            RequestClass.READ: Rate(200, 1000),
            RequestClass.STREAM: Rate(10, 100),
        }.items()
    },
    # One is asked while a report is typed; a series of them would measure where people are.
    (RequestClass.PREVIEW, Role.OPERATOR): Rate(2, 30),
    # A phone: some taps a minute, but repeats after a lost connection come in bursts, and a burst costs a second at most.
    (RequestClass.SAFETY, _PERSON): Rate(20, 1000),
    (RequestClass.ANSWER, _PERSON): Rate(20, 1000),
    (RequestClass.WRITE, _PERSON): Rate(10, 1000),
    (RequestClass.POSITIONS, _PERSON): Rate(10, 1000),
    (RequestClass.READ, _PERSON): Rate(50, 2000),
    (RequestClass.STREAM, _PERSON): Rate(2, 50),
    # A thousand fixes a request: 100,000 fixes/s, twice what two cores can process.
    (RequestClass.POSITIONS, _DEVICE): Rate(100, 500),
    (RequestClass.READ, _DEVICE): Rate(20, 1000),
    # A warning is a request or two, and a feed names some thousands on the worst day.
    **{
        (kind, Role.FEED): Rate(50, 1000)
        for kind in (RequestClass.CRITICAL, RequestClass.REPORT, RequestClass.WRITE, RequestClass.READ)
    },
    (RequestClass.READ, Role.MONITOR): Rate(100, 1000),
    (RequestClass.STREAM, Role.MONITOR): Rate(5, 100),
}

OF_ROLE: Mapping[tuple[RequestClass, Role], Rate] = {
    # What people and devices may take of one process together, so that operators are always answered (judgement). Safety,
    # answers, and everything of operators have no such limit.
    (RequestClass.READ, _PERSON): Rate(500, 5000),
    (RequestClass.WRITE, _PERSON): Rate(200, 2500),
    (RequestClass.POSITIONS, _PERSON): Rate(500, 5000),
    (RequestClass.POSITIONS, _DEVICE): Rate(200, 1000),
    (RequestClass.READ, Role.MONITOR): Rate(200, 2000),
    (RequestClass.READ, _DEVICE): Rate(100, 1000),
}

REFUSED = Rate(100, 2000)
"""Of one address. Generous, because an organisation may share it; guessing a signature or a code of 128 bits is hopeless at any
rate, so this only bounds the work."""

REPLIES = Rate(1 / 300, 10)
"""Messages of one person by SMS or Telegram that are kept and answered; a clear yes or no to an open offer always counts."""

ACKNOWLEDGEMENTS = Rate(1, 120)
"""Acknowledgements to the public of all senders together: each costs money, and a flood of senders must not spend it."""

ACKNOWLEDGEMENTS_OF_ONE = Rate(1 / 900, 1)
"""Of one sender, as far as this process knows."""

LINK_GUESSES = Rate(1, 200)
"""Tokens of one-offer links from one address that belong to no offer. Mobile operators put many phones behind one address, so
only wrong tokens are refused, after the look-up. At 10,000 look-ups in a second and with 1,000 open offers, somebody who guesses
60 bits needs some 2,000 years for a hit."""

LINKS_RESTORED = Rate(1 / 60, 1)
"""Restorations of the index of one-offer links: each reads all open incidents."""

_SAFETY_PATHS = frozenset(
    {"/v1/offers/{offer_id}/distress", "/v1/offers/{offer_id}/check-in", "/v1/offers/{offer_id}/need-help"}
)


def class_of(method: str, path: str) -> RequestClass:
    """The class of a route, by its method and path template. Reports are `REPORT`: only their body shows which are critical."""
    if path == "/v1/events":
        return RequestClass.STREAM
    if path == "/v1/incidents/preview":
        return RequestClass.PREVIEW
    if method == "GET":
        return RequestClass.READ
    if path in _SAFETY_PATHS or path.endswith(("/distress", "/distress/safe")):
        return RequestClass.SAFETY
    if path.startswith("/v1/offers/") or path.endswith("/duty"):
        return RequestClass.ANSWER
    if path == "/v1/incidents":
        return RequestClass.REPORT
    if path == "/v1/locations" or path.endswith("/location"):
        return RequestClass.POSITIONS
    return RequestClass.WRITE


class Meter:
    """How much of one rate each key has used (GCRA, ITU-T I.371: one number for each key).

    Not the library `limits`: its moving window keeps every request of the window, and its fixed window permits twice the rate.
    """

    __slots__ = ("_free_at_s", "_interval_s", "_kept", "_tolerance_s")

    def __init__(self, rate: Rate, *, kept: int = REMEMBERED) -> None:
        self._interval_s = 1 / rate.per_s
        self._tolerance_s = self._interval_s * (rate.burst - 1)
        self._free_at_s: OrderedDict[str, float] = OrderedDict()
        """Key → theoretical arrival time of its next request, the longest unused key first."""
        self._kept = kept

    def left_s(self, key: str, now_s: float) -> float:
        """The time until one request is permitted; takes none."""
        early_s = max(self._free_at_s.get(key, now_s), now_s) - self._tolerance_s - now_s
        # A hundredth of a request: sums of fractions would otherwise refuse the last request of a burst.
        return early_s if early_s > self._interval_s / 100 else 0.0

    def wait_s(self, key: str, now_s: float) -> float:
        """Takes one request: 0. If the rate is used up, nothing is taken and the result is the time until one is permitted."""
        left_s = self.left_s(key, now_s)
        if left_s > 0:
            return left_s
        self._free_at_s[key] = max(self._free_at_s.get(key, now_s), now_s) + self._interval_s
        self._free_at_s.move_to_end(key)
        if len(self._free_at_s) > self._kept:
            self._free_at_s.popitem(last=False)
        return 0.0

    def forget(self, key: str) -> None:
        """As if the key had used nothing."""
        self._free_at_s.pop(key, None)


class RateLimits:
    """The limits of one process. `factor` scales rates and bursts; None: no limits."""

    def __init__(self, factor: float | None = 1.0, *, monotonic_s: Callable[[], float] = clock.monotonic_s) -> None:
        self._monotonic_s = monotonic_s
        self._is_on = factor is not None
        scaled = factor or 1.0
        self._of_identity = {key: _meter(rate, scaled) for key, rate in OF_IDENTITY.items()}
        self._of_role = {key: _meter(rate, scaled) for key, rate in OF_ROLE.items()}
        self._refused = _meter(REFUSED, scaled)
        self._replies = _meter(REPLIES, scaled)
        self._acknowledgements = _meter(ACKNOWLEDGEMENTS, 1.0)
        self._acknowledgements_of_one = _meter(ACKNOWLEDGEMENTS_OF_ONE, 1.0)
        self._guesses = _meter(LINK_GUESSES, scaled)
        self._restored = _meter(LINKS_RESTORED, 1.0)

    def wait_s(self, kind: RequestClass, role: Role, identity: str) -> float:
        """Takes one request: 0. If a limit is reached, nothing is taken of it and the result is the time to wait, in seconds."""
        if not self._is_on:
            return 0.0
        now_s = self._monotonic_s()
        own = self._of_identity.get((kind, role))
        waits_s = own.wait_s(identity, now_s) if own is not None else 0.0
        shared = self._of_role.get((kind, role))
        # One identity that is limited takes nothing from the others of its role.
        return waits_s if waits_s > 0 or shared is None else shared.wait_s("", now_s)

    def refused_wait_s(self, address: str) -> float:
        """As `wait_s`, for a request without a valid token from this address."""
        return self._refused.wait_s(address, self._monotonic_s()) if self._is_on else 0.0

    def guess_wait_s(self, address: str) -> float:
        """As `wait_s`, for a one-offer link from this address that belongs to no offer."""
        return self._guesses.wait_s(address, self._monotonic_s()) if self._is_on else 0.0

    def links_restored_wait_s(self) -> float:
        """As `wait_s`, for a restoration of the index of one-offer links. Without limits as well."""
        return self._restored.wait_s("", self._monotonic_s())

    def reply_wait_s(self, channel: str) -> float:
        """As `wait_s`, for a message that came by this channel of a person. Without limits as well: it ends loops of machines."""
        return self._replies.wait_s(channel, self._monotonic_s())

    def acknowledgement(self, sender: str) -> Literal["asked", "lately", "too_many"]:
        """Whether one may be sent to this sender, and takes it if so. Without limits as well: it ends loops of machines."""
        now_s = self._monotonic_s()
        if self._acknowledgements_of_one.left_s(sender, now_s) > 0:
            return "lately"
        if self._acknowledgements.wait_s("", now_s) > 0:
            return "too_many"
        self._acknowledgements_of_one.wait_s(sender, now_s)
        return "asked"

    def no_acknowledgement(self, sender: str) -> None:
        """None was sent: the message could not be recorded, and the sender may have one when it comes again."""
        self._acknowledgements_of_one.forget(sender)


def _meter(rate: Rate, factor: float) -> Meter:
    return Meter(Rate(rate.per_s * factor, max(1, round(rate.burst * factor))))
