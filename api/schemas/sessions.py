"""Bodies of sessions, login codes and revocations."""

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from api.fields import PERSON_ID_SCHEMA, expected, word
from api.schemas.base import Body, Shown, Time
from dispatch.model.ids import PERSON_ID
from streams.tokens import Role

RoleWord = Annotated[Role, word(Role)]
PersonId = Annotated[
    str, Field(min_length=1, max_length=128, pattern=f"^{PERSON_ID}$", json_schema_extra=PERSON_ID_SCHEMA)
]


class CodeIn(Body):
    code: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[!-~]+$")]


class CodeWanted(Body):
    role: RoleWord
    id: PersonId


class CodeShown(Shown):
    """A login code, shown once. `link`: path and fragment on this server, to be opened by the person."""

    code: str
    link: str
    role: str
    id: str
    expires_at: Time


class SessionShown(Shown):
    """A session; or a bearer token or a one-offer link, whose `session_id` is null.

    `offer_id`: the only offer that the caller may read and answer; null unless they came by a link. `expires_at`: its end, at
    the latest; null for a link, which ends with its offer. `renew_by`: until then the present cookie gives access; then it must
    be renewed. `issued_by`: who made the login link; null for other logins and for sessions of earlier versions.
    """

    session_id: str | None
    id: str
    role: str
    offer_id: str | None = None
    expires_at: Time | None
    renew_by: Time | None = None
    opened_at: Time | None = None
    renewed_at: Time | None = None
    method: str | None = None
    organisation: str | None = None
    issued_by: str | None = None
    is_current: bool = False


class SessionList(Shown):
    items: list[SessionShown]
    next: str | None


class RevocationIn(Body):
    """Exactly one of: a token, the `jti` of one, a session, or a subject or role, all of whose tokens and sessions end."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    token: Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[!-~]+$")] | None = None
    jti: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[ -~]+$")] | None = None
    session: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")] | None = None
    subject: PersonId | None = None
    role: RoleWord | None = None

    @model_validator(mode="after")
    def _one(self) -> "RevocationIn":
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise expected("exactly one of token, jti, session, subject and role")
        return self


class RevocationShown(Shown):
    """In force in this process; in the others within two seconds."""

    revoked: str
    at: Time
