"""Records of `sessions`: who is logged in, which login codes exist, what was revoked."""

from dataclasses import dataclass
from enum import StrEnum


class SessionKind(StrEnum):
    SESSION = "session"
    """Key `session:<id>`: somebody is logged in. Each renewal writes it again."""
    CODE = "code"
    """Key `code:<digest>`: a login code that may be exchanged for a session."""
    CLAIM = "claim"
    """Key `code:<digest>`: an exchange of this code. The first claim in the log is the one that counts."""
    REVOKED = "revoked"
    """Key `revoked:<what>:<value>:<at_ms>`: everything that this names was issued before `at_ms` and is not valid any more."""


class Revoked(StrEnum):
    """What a revocation ends."""

    TOKEN = "token"  # noqa: S105 - names a kind, not a secret
    """One token, by its `jti`, or by a digest if it has none."""
    SESSION = "session"
    SUBJECT = "subject"
    """All tokens and sessions of a person, device or program issued before the revocation."""
    ROLE = "role"
    """All tokens and sessions of a role issued before the revocation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A record of `sessions`. It has no effect from `until_ms` on; later a tombstone replaces it."""

    kind: SessionKind
    at_ms: int
    """When it was written, by the writer's clock, and never earlier than a record that the writer had read."""
    until_ms: int
    sub: str | None = None
    """Of a session or code: whose it is."""
    role: str | None = None
    opened_ms: int | None = None
    renewals: int = 0
    """Of a session: how many times its cookie has been renewed."""
    method: str | None = None
    """Of a session: how the person logged in, `link` or `oidc`."""
    organisation: str | None = None
    """Of a session: the person's organisation, as the issuer states it."""
    issued_by: str | None = None
    """Of a code, and of a session that it opened: who made the login link."""
    attempt: str | None = None
    """Of a claim: which exchange made it."""
    what: Revoked | None = None
    value: str | None = None
    """Of a revocation: the `jti` or digest, session id, subject or role."""
