"""How long sessions, cookies and login codes last, by role."""

from collections.abc import Mapping
from typing import Final

from streams.tokens import CLOCK_SKEW_S, MAX_LIFETIME_S, Role

_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS

CODE_MS: Final = 10 * 60_000
ACCESS_MS: Final = 15 * 60_000
"""A cookie is accepted this long; `POST /v1/session/renew` gives the next one."""
RENEWAL_GRACE_MS: Final = 60_000
"""Two renewals with the same cookie within this time are two tabs, not a theft."""

SESSION_MS: Final[Mapping[Role, int]] = {
    # A shift.
    Role.OPERATOR: 12 * _HOUR_MS,
    Role.ADMIN: 12 * _HOUR_MS,
    Role.MONITOR: 12 * _HOUR_MS,
    Role.VOLUNTEER: 30 * _DAY_MS,
}
"""Largest life of a session. Roles that are not listed have no sessions: trackers and feeds are programs, with a token."""
IDLE_MS: Final[Mapping[Role, int]] = {
    Role.OPERATOR: 2 * _HOUR_MS,
    Role.ADMIN: 2 * _HOUR_MS,
    Role.MONITOR: 2 * _HOUR_MS,
    # A phone is opened when an offer comes; weeks without one are ordinary.
    Role.VOLUNTEER: 14 * _DAY_MS,
}
"""A session that was not renewed for this long has ended."""


def longest_token_ms(role: Role | None = None) -> int:
    """Until all tokens of a role (None: of any) that exist now have expired, whoever issued them."""
    longest_s = max(MAX_LIFETIME_S.values()) if role is None else MAX_LIFETIME_S[role]
    # `iat` may lie in the future by the skew, and `exp` has some leeway; twice the skew covers both.
    return (longest_s + 2 * CLOCK_SKEW_S) * 1000
