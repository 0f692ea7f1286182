"""Every key in Redis, once. All start with `komek:`; the Lua scripts get them as KEYS or build them from the same prefix.

Redis is a picture of the log: everything here can be deleted at any moment and is made again by `rebuild.py`.
"""

PREFIX = "komek:"


def ready(run_id: str) -> str:
    """STRING, set by the rebuild for this run of Redis; claims and apply are refused without it."""
    return f"{PREFIX}ready:{run_id}"


REBUILD_LOCK = f"{PREFIX}rebuild-lock"
"""STRING with TTL: who rebuilds at the moment, and how far (`worker|done|total`)."""


def volunteer(volunteer_id: str) -> str:
    """HASH: profile, duty, place, load and the one claim of a person. The only key a claim touches."""
    return f"{PREFIX}vol:{volunteer_id}"


def field_index(skill: str) -> str:
    """GEO: free, on-duty field volunteers with this skill, at their fix or fallback place."""
    return f"{PREFIX}geo:{skill}"


ENGAGED_INDEX = f"{PREFIX}geo-engaged"
"""GEO: on-duty field volunteers who hold an offer; only to say in a decision how many were near but engaged."""


def digital_index(skill: str, language: str) -> str:
    """ZSET by load: free, on-duty digital volunteers with this skill and language (`*`: any)."""
    return f"{PREFIX}dig:{skill}:{language}"


FIXES = f"{PREFIX}fixes"
"""ZSET by time of the fix (minutes): what the sweep forgets after KOMEK_POSITION_TTL_S."""

ON_DUTY = f"{PREFIX}on-duty"
"""SET of volunteers on duty."""

VOLUNTEERS = f"{PREFIX}volunteers"
"""SET of known volunteers."""


def incident(incident_id: str) -> str:
    """STRING: state of the incident, JSON as in `incident-status`."""
    return f"{PREFIX}inc:{incident_id}"


def reported(incident_id: str) -> str:
    """STRING with TTL, written by the API at intake: what was reported, until the first decision."""
    return f"{PREFIX}rep:{incident_id}"


def repeat(digest: str) -> str:
    """STRING with TTL: digest of the body first sent with an Idempotency-Key, and the answer. A help, not a guard."""
    return f"{PREFIX}key:{digest}"


def by_status(status: str) -> str:
    """ZSET by time of the report: incidents in this status."""
    return f"{PREFIX}by-status:{status}"


ALL_INCIDENTS = f"{PREFIX}incidents"
"""ZSET by time of the report: every incident."""


def offers_of(volunteer_id: str) -> str:
    """ZSET by time: ids of the offers made to a person, newest kept."""
    return f"{PREFIX}offers-of:{volunteer_id}"


def timeline(incident_id: str) -> str:
    """LIST of `partition:offset` in `decisions`: where the incident's decisions stand in the log."""
    return f"{PREFIX}timeline:{incident_id}"


def command(command_id: str) -> str:
    """STRING with TTL of the log's retention: offset of the first decision of a command."""
    return f"{PREFIX}cmd:{command_id}"


def progress(partition: int) -> str:
    """HASH: `applied` and `published` offsets of a partition of `decisions`."""
    return f"{PREFIX}progress:{partition}"


def refused(partition: int) -> str:
    """HASH offer id → volunteer id: holds refused at apply and not voided by a record yet."""
    return f"{PREFIX}refused:{partition}"


TIMERS = f"{PREFIX}timers"
"""ZSET by due time (ms): `kind|incident|ref|due`."""


def timers_of(incident_id: str) -> str:
    """SET of the members this incident has in TIMERS, so that apply can replace them."""
    return f"{PREFIX}timers-of:{incident_id}"


PENDING_CLAIMS = f"{PREFIX}pending"
"""ZSET by time (ms): `volunteer|offer` of claims that no decision has confirmed yet."""


def waiting_field(skill: str) -> str:
    """GEO: `priority|since|incident|requirement` of field shortfalls with a place."""
    return f"{PREFIX}wait-geo:{skill}"


def waiting_anywhere(skill: str) -> str:
    """ZSET by urgency: the same member for digital shortfalls and those without a place."""
    return f"{PREFIX}wait:{skill}"


def private(ref: str) -> str:
    """STRING: ciphertext as in the `private` topic, for the API to open after acceptance."""
    return f"{PREFIX}private:{ref}"
