"""Who sent a request, as the token says."""

import math
from dataclasses import dataclass

from streams.tokens import Role


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent the request. `id` is an opaque subject."""

    id: str
    role: Role
    expires_ms: int | None = None
    """When the token ends; None: it is not known to end."""

    def valid_for_s(self, now_ms: int) -> float:
        """What takes long ends with the token that it was begun with."""
        return math.inf if self.expires_ms is None else (self.expires_ms - now_ms) / 1000

    def is_one_of(self, *roles: Role) -> bool:
        return self.role in roles
