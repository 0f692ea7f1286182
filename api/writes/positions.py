"""Decodes the body of POST /v1/locations into position fixes, and refuses those of people whom the caller may not move."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from api.caller import Caller
from api.fields import instant_ms
from api.http.problems import ProblemResponse, invalid, not_json
from api.http.strict_json import BadJson, parse
from api.process.services import Services
from dispatch.matching.position_checks import refusal
from dispatch.model.ids import is_person_id
from dispatch.ports import NotReady, StoreUnavailable
from streams.settings import STRICT
from streams.tokens import Role, Scope, scope_of
from streams.wire import FixRecord

MOST = 1_000


class _Fix(msgspec.Struct, forbid_unknown_fields=True):
    volunteer_id: str
    lon: float
    lat: float
    accuracy_m: float | None = None
    recorded_at: str | None = None
    continues: bool = True


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    locations: list[_Fix]


class _Loose(msgspec.Struct, forbid_unknown_fields=True):
    locations: list[msgspec.Raw]


_strict = msgspec.json.Decoder(_Body).decode
_loose = msgspec.json.Decoder(_Loose).decode
_one = msgspec.json.Decoder(_Fix).decode


class _Rejected(ValueError):
    """The message is the code in `rejected`."""


def read_fixes(body: bytes, now_ms: int) -> tuple[list[tuple[int, FixRecord]], list[dict[str, Any]]]:
    """The valid fixes with their index, and the index and code of each invalid one.

    Raises:
        ProblemResponse: the body as a whole is not JSON, has another shape or too many entries.
    """
    accepted: list[tuple[int, FixRecord]] = []
    rejected: list[dict[str, Any]] = []
    for index, fix in enumerate(_entries(body)):
        try:
            accepted.append((index, _record(fix, now_ms)))
        except _Rejected as error:
            rejected.append({"index": index, "code": str(error)})
    return accepted, rejected


async def known_only(services: Services, caller: Caller, fixes: Sequence[FixRecord]) -> list[bool]:
    """Whether each fix is of a registered person for whom the caller speaks; one round trip for all. Others must leave no trace:
    not in Kafka, not in Redis, not in a log.

    While Redis cannot be read, everybody whom the token names counts as registered: a rebuild takes seconds, and the location
    service drops positions of people who have no profile.

    Raises:
        StoreUnavailable, NotReady: the token speaks for an organisation, whose people Redis alone knows.
    """
    scope = _scope_of(services, caller)
    ids = [fix.volunteer_id for fix in fixes]
    named = [scope.names(one) for one in ids]
    # Asked also about people whom the token names not: the time of an answer must not tell who is registered.
    if scope.organisation is None:
        try:
            known = await services.reads.are_known(ids)
        except (StoreUnavailable, NotReady):
            return named
        return [
            is_named and (is_known or one in services.newcomers)
            for one, is_named, is_known in zip(ids, named, known, strict=True)
        ]
    known, own = await asyncio.gather(services.reads.are_known(ids), services.reads.are_known(ids, scope.organisation))
    return [is_own or (is_named and is_known) for is_own, is_named, is_known in zip(own, named, known, strict=True)]


def _scope_of(services: Services, caller: Caller) -> Scope:
    if caller.role is Role.VOLUNTEER:
        return Scope(ids=frozenset({caller.id}))
    # The one place that says what a token without the claims means.
    return scope_of(caller.bearer, is_strict=services.settings.tokens == STRICT)


async def divided(
    services: Services, caller: Caller, found: Sequence[tuple[int, FixRecord]], rejected: Sequence[dict[str, Any]]
) -> tuple[list[FixRecord], list[dict[str, Any]]]:
    """The fixes of `found` to be sent, and all rejected entries by index. Raises as `known_only`."""
    known = await known_only(services, caller, [fix for _, fix in found])
    # The same code for people who are not registered and for other people's: it tells a tracker nothing.
    strangers = [
        {"index": index, "code": "unknown_volunteer"}
        for (index, _), is_known in zip(found, known, strict=True)
        if not is_known
    ]
    accepted = [fix for (_, fix), is_known in zip(found, known, strict=True) if is_known]
    return accepted, sorted([*rejected, *strangers], key=lambda entry: int(entry["index"]))


def _entries(body: bytes) -> "list[_Fix | None]":
    """None for an entry of another shape."""
    entries: list[_Fix | None]
    try:  # decodes a thousand entries at once; one by one only if some entry is invalid
        entries = list(_strict(body).locations)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        entries = _one_by_one(body)
    # After decoding: the size limit of the body bounds the work.
    if len(entries) > MOST:
        raise invalid("locations", f"at most {MOST} entries", "list")
    return entries


def _one_by_one(body: bytes) -> "list[_Fix | None]":
    try:
        value = parse(body)  # reports the position of the fault
    except BadJson as error:
        raise not_json(error) from None
    try:
        # Raw entries: one of another shape must not reject the others.
        raws = _loose(body).locations
    except msgspec.MsgspecError:
        raise _shape_problem(value) from None
    return [_fix_or_none(raw) for raw in raws]


def _shape_problem(value: object) -> ProblemResponse:
    if not isinstance(value, dict):
        return invalid("", "an object with the field locations")
    for name in value:
        if name != "locations":
            return invalid(str(name)[:64], "no field of this name")
    return invalid("locations", "a list of at most 1,000 fixes")


def _fix_or_none(raw: msgspec.Raw) -> _Fix | None:
    try:
        return _one(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _record(fix: _Fix | None, now_ms: int) -> FixRecord:
    if fix is None:
        raise _Rejected("invalid")
    if not is_person_id(fix.volunteer_id):
        raise _Rejected("bad_volunteer_id")
    recorded_ms = None if fix.recorded_at is None else _time(fix.recorded_at)
    reason = refusal(lon=fix.lon, lat=fix.lat, accuracy_m=fix.accuracy_m, recorded_ms=recorded_ms, now_ms=now_ms)
    if reason is not None:
        raise _Rejected(reason)
    return FixRecord(
        volunteer_id=fix.volunteer_id,
        lon=fix.lon,
        lat=fix.lat,
        accuracy_m=fix.accuracy_m,
        recorded_ms=recorded_ms,
        continues=fix.continues,
    )


def _time(text: str) -> int:
    try:
        return instant_ms(text)
    # PydanticCustomError is a ValueError.
    except ValueError:
        raise _Rejected("bad_time") from None
