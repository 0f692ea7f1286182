"""The author of a request, by the claims of the token."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from streams.tokens import Bearer, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLink:
    """A one-offer link. `answers`: the last part of the paths under `/v1/offers/{offer_id}/` that it permits now."""

    offer_id: str
    volunteer_id: str
    answers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Caller:
    """The author of a request. `id` is an opaque subject."""

    id: str
    role: Role
    expires_ms: int | None = None
    """When the token expires; None: unknown."""

    is_revoked: Callable[[], bool] = field(default=lambda: False, compare=False, repr=False)
    """Whether the token has lost its validity before it expires; asked again at each use."""

    extended_ms: Callable[[], int] | None = field(default=None, compare=False, repr=False)
    """When the session's access ends as it has been renewed so far; None for a bearer token."""

    session_id: str | None = None
    """The session of a cookie; None for a bearer token."""

    link: OpenLink | None = field(default=None, compare=False, repr=False)
    """The one-offer link that the request came by; None: the caller has logged in."""

    bearer: Bearer | None = field(default=None, compare=False, repr=False)

    @property
    def organisation(self) -> str | None:
        """The organisation in the token; None: none is stated."""
        return self.bearer.org if self.bearer else None

    def valid_for_s(self, now_ms: int) -> float:
        """Time until the token expires; streams end with their token. Infinite if it is unknown."""
        ends_ms = self.expires_ms if self.extended_ms is None else self.extended_ms()
        return math.inf if ends_ms is None else (ends_ms - now_ms) / 1000

    def is_one_of(self, *roles: Role) -> bool:
        return self.role in roles
