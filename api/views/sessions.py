"""How sessions and login codes are shown."""

import re

from api.caller import Caller
from api.views.values import View, time
from streams.sessions.sessions import LoginCode
from streams.tokens import Role
from streams.wire import SessionRecord

_CURSOR = re.compile(r"([0-9a-f]{1,12})\.([A-Za-z0-9_-]{1,64})")


def session(session_id: str, record: SessionRecord, caller: Caller) -> View:
    """A session; `renew_by` only of the caller's own present one."""
    is_current = session_id == caller.session_id
    return {
        "session_id": session_id,
        "id": record.sub,
        "role": record.role,
        "expires_at": time(record.until_ms),
        "renew_by": time(caller.expires_ms) if is_current else None,
        "opened_at": time(record.opened_ms),
        "renewed_at": time(record.at_ms),
        "method": record.method,
        "organisation": record.organisation,
        "issued_by": record.issued_by,
        "is_current": is_current,
    }


def of_token(caller: Caller) -> View:
    """The bearer token of a request, or the one-offer link."""
    return {
        "session_id": None,
        "id": caller.id,
        "role": caller.role.value,
        "expires_at": time(caller.expires_ms),
        "offer_id": caller.link.offer_id if caller.link else None,
    }


def code(made: LoginCode) -> View:
    page = "/v/" if made.role is Role.VOLUNTEER else "/"
    return {
        "code": made.code,
        # In the fragment: it is sent to no server, so a preview of the link cannot spend it and no log contains it.
        "link": f"{page}#code={made.code}",
        "role": made.role.value,
        "id": made.sub,
        "expires_at": time(made.expires_ms),
    }


def cursor(session_id: str, record: SessionRecord) -> str:
    """The position of a session in `SessionBook.sessions`, the same in every process."""
    return f"{record.opened_ms or 0:x}.{session_id}"


def position_of(text: str | None) -> tuple[int, str] | None:
    """Inverse of `cursor`; before everything for None. None for any other text."""
    if text is None:
        return (-1, "")
    found = _CURSOR.fullmatch(text)
    return (int(found[1], 16), found[2]) if found else None
