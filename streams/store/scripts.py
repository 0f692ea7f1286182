"""The Lua scripts: which files make up each, the names of keys they get, and their digests."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dispatch.matching import position_checks
from dispatch.matching.estimates import ANSWER_HALF_LIFE_MS, BANDS, CELL_HALF_LIFE_MS, WORK_HALF_LIFE_MS
from dispatch.matching.place_uncertainty import FRESH_S, IDLE_M_S
from dispatch.matching.trust import HALF_LIFE_MS as TRUST_HALF_LIFE_MS
from dispatch.model.local_time import OFFSET_MS
from dispatch.model.travel import REACH_OF_MODE_M
from dispatch.model.vocabulary import IncidentStatus, Priority, TravelMode
from dispatch.safety.absence import WARN_BEFORE_S
from streams import redis_keys as keys
from streams.retention.classes import COMMAND_S, ENDED_S, ERASED_S, HOLD_S, PLACES_S, READY_S

ANY_SKILL = "*"
"""In the place of a skill: the field index of everybody. Each person is once in it, so it can be counted by cells."""
LAYOUT = 3
"""Of everything in Redis that derives from the log. Raise it with every change that data of an earlier version lack or have in
another form: workers then rebuild Redis by themselves, and nothing is read or granted until they have (DESIGN 184)."""
JOIN_AFTER_MS = 10_000
"""A profile follows its sealed record within two seconds; a service may be behind the log a little longer."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "apply": ("person", "wake", "incident", "learn"),
    "asked_lately": ("past",),
    "claim": (),
    "find": ("person", "past"),
    "fixes": ("person", "wake"),
    "hazards": (),
    "inside": (),
    "load": (),
    "lock": (),
    "mark_published": ("person", "wake", "incident"),
    "mark_ready": (),
    "named": (),
    "near": (),
    "place_expiry": ("person",),
    "duty_clock": ("person",),
    "ended_verifications": (),
    "people": ("person", "wake", "halves", "verified"),
    "people_cells": (),
    "people_now": (),
    "private": ("person", "wake", "halves"),
    "progress": (),
    "ready": (),
    "release": ("person", "wake"),
    "restore_incidents": ("person", "incident"),
    "restore_index": ("person",),
    "restore_log": (),
    "restore_standing": (),
    "restore_tracks": ("person",),
    "sweep_fixes": ("person", "wake"),
    "sweep_pending": (),
    "take_due": (),
    "under_way": (),
    "unjoined": (),
    "verifications": ("person", "wake", "verified"),
}
"""Script, and what stands between the prelude and it."""

_KEYS = {
    "all_incidents": keys.ALL_INCIDENTS,
    "attention": keys.ATTENTION,
    "by_priority": keys.by_priority(""),
    "by_status": keys.by_status(""),
    "calls": keys.PREFIX + "calls:",
    "command": keys.command(""),
    "duty_ends": keys.DUTY_ENDS,
    "duty_warnings": keys.DUTY_WARNINGS,
    "distress_incidents": keys.distress_incidents(""),
    "distressed": keys.distressed(""),
    "digital_engaged": keys.digital_engaged(""),
    "digital_index": keys.digital_index("", "").removesuffix(":"),
    "engaged_index": keys.engaged_index(""),
    "erased": keys.erased(""),
    "external": keys.external(""),
    "external_of": keys.external_of(""),
    "field_index": keys.field_index(""),
    "fixes": keys.FIXES,
    "halves": keys.HALVES,
    "hazards": keys.HAZARDS,
    "held_fix": keys.held_fix(""),
    "hazards_version": keys.HAZARDS_VERSION,
    "incident": keys.incident(""),
    "offers_of": keys.offers_of(""),
    "on_duty": keys.ON_DUTY,
    "open_incidents": keys.OPEN_INCIDENTS,
    "wide_incidents": keys.WIDE_INCIDENTS,
    "pending_claims": keys.PENDING_CLAIMS,
    "priors": keys.PRIORS,
    "private": keys.private(""),
    "progress": keys.PREFIX + "progress:",
    "ready": keys.ready(""),
    "rebuild_lock": keys.REBUILD_LOCK,
    "ended_external": keys.ended_external(""),
    "ending": keys.PREFIX + "ending:",
    "refused": keys.PREFIX + "refused:",
    "reported": keys.reported(""),
    "scarce": keys.SCARCE,
    "scarce_anywhere": keys.scarce_anywhere(""),
    "scarce_field": keys.scarce_field(""),
    "shortfalls": keys.SHORTFALLS,
    "timeline": keys.timeline(""),
    "timers": keys.TIMERS,
    "timers_of": keys.timers_of(""),
    "under_way": keys.UNDER_WAY,
    "vicinity_of": keys.vicinity_of(""),
    "voids": keys.VOIDS,
    "verified": keys.verified(""),
    "verified_until": keys.VERIFIED_UNTIL,
    "volunteer": keys.volunteer(""),
    "volunteers": keys.VOLUNTEERS,
    "waiting_anywhere": keys.waiting_anywhere(""),
    "waiting_field": keys.waiting_field(""),
    "waiting_reach": keys.WAITING_REACH,
    "waiting_terms": keys.WAITING_TERMS,
    "waiting_of": keys.waiting_of(""),
}


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    source: bytes
    sha: str


def _numbers(entries: Mapping[TravelMode, float]) -> str:
    return "{" + ", ".join(f"{name} = {value}" for name, value in entries.items()) + "}"


def _list(words: Iterable[str]) -> str:
    return "{" + ", ".join(f"'{word}'" for word in words) + "}"


@cache
def _read(name: str) -> str:
    return files("streams.store").joinpath("lua", f"{name}.lua").read_text(encoding="utf-8")


def source_of(name: str) -> str:
    """The Lua of a script with its parts, without the heading of constants."""
    return "\n".join(map(_read, ("prelude", *PARTS[name], name)))


def all_scripts(fix_age_limit_ms: int) -> dict[str, Script]:
    """Every script, ready to be loaded. `fix_age_limit_ms`: how old a fix may be before the home place counts instead."""
    # Numbers of rules that Python has too are passed in, so there is one copy of each. A script with another number has another
    # digest, so processes of two versions that share a Redis run their own.
    constants = {
        "FIX_AGE_MS": fix_age_limit_ms,
        "ANY_SKILL": f"'{ANY_SKILL}'",
        "LAYOUT": LAYOUT,
        "WARN_BEFORE_MS": WARN_BEFORE_S * 1000,
        "JOIN_AFTER_MS": JOIN_AFTER_MS,
        "PLACES_TTL_S": PLACES_S,
        "READY_TTL_S": READY_S,
        "HOLD_MS": HOLD_S * 1000,
        "ERASED_TTL_S": ERASED_S,
        "COMMAND_TTL_S": COMMAND_S,
        "ENDED_TTL_MS": ENDED_S * 1000,
        "STATUSES": _list(IncidentStatus),
        "PRIORITIES": _list(Priority),
        "BANDS": _list(BANDS),
        "LOCAL_OFFSET_MS": OFFSET_MS,
        "ANSWER_HALF_LIFE_MS": ANSWER_HALF_LIFE_MS,
        "CELL_HALF_LIFE_MS": CELL_HALF_LIFE_MS,
        "WORK_HALF_LIFE_MS": WORK_HALF_LIFE_MS,
        "TRUST_HALF_LIFE_MS": TRUST_HALF_LIFE_MS,
        "REACH_OF_MODE_M": _numbers(REACH_OF_MODE_M),
        "FASTEST_M_S": _numbers(position_checks.FASTEST_M_S),
        "IDLE_M_S": _numbers(IDLE_M_S),
        "SLACK_M": position_checks.SLACK_M,
        "VAGUE_M": position_checks.VAGUE_M,
        "STOOD_M": position_checks.STOOD_M,
        "ANCHOR_MS": position_checks.ANCHOR_MS,
        "CONFIRMED_AFTER_MS": position_checks.CONFIRMED_AFTER_MS,
        "FRESH_S": FRESH_S,
        "FRESH_FOR_MS": position_checks.FRESH_FOR_MS,
    }
    return {name: _script(name, constants) for name in PARTS}


def _script(name: str, constants: Mapping[str, object]) -> Script:
    # A script runs from its first line at every call: a table of all key names took longer than most scripts.
    body = re.sub(r"\bKEY\.(\w+)", lambda found: f"'{_KEYS[found[1]]}'", source_of(name))
    used = set(re.findall(r"\b[A-Z][A-Z_]+\b", body))
    heading = "".join(f"local {one} = {value}\n" for one, value in constants.items() if one in used)
    source = f"{heading}\n{body}".encode()
    # EVALSHA is defined by SHA-1; `usedforsecurity=False` lets it work on machines that forbid SHA-1 for security.
    return Script(name, source, hashlib.sha1(source, usedforsecurity=False).hexdigest())
