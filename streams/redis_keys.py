"""Every key in Redis, once. All start with `komek:`; the Lua scripts get them as KEYS or build them from the same prefix.

Redis is a picture of the log: everything here can be deleted at any moment and is made again by `rebuilder.py`.
"""

PREFIX = "komek:"


def ready(run_id: str) -> str:
    """STRING, set by the rebuild for this run of Redis; everyday scripts are refused without it."""
    return f"{PREFIX}ready:{run_id}"


REBUILD_LOCK = f"{PREFIX}rebuild-lock"
"""STRING with TTL: who rebuilds at the moment, and how far (`worker|done|total`)."""


def volunteer(volunteer_id: str) -> str:
    """HASH: all about a person, and the only key a claim touches. Fields are short so that 300,000 fit in little memory:

    profile   `v` offset of the record, `po` of the sealed record that belongs to it,
              `cap`, `sk`, `la` (lists with commas), `tm` travel mode, `md` max distance, `du` duty
    place     `x`, `y`, `ac`, `at` the fix that is believed: lon, lat, accuracy m, time ms; `hx`, `hy` home
    doubt     `px`, `py`, `pa`, `pt` likewise of a leap that waits for a second fix (void once `at` has passed `pt`); `ht` time of
              the newest fix that placed nobody; `qt` time of the newest after which no more will follow for a while
    claim     `co` offer, `ci` incident, `ce` epoch, `cs` state p(ending) or c(onfirmed), `cc` command, `ca` since ms
    load      `ld` log2 of the sum of 2^(t / 4 h) over the offers made: halves every four hours, orders people at any time
    answers   `ey` accepted, `en` refused, `wk` accepted of late: sums like `ld`, with half-lives of 60, 60 and 7 days
    trust     `tu` digital answers that others bore out, `to` that they set aside: sums with a half-life of 180 days
    rest      `we` end of the last field assignment, ms; `wh` whether it was heavy; `hd` last sign of life, ms
    indexes   `im`, `ix`, `iy`, `is` mode, place and skills in the field indexes; `dg` what the digital ones hold
    """
    return f"{PREFIX}vol:{volunteer_id}"


def erased(volunteer_id: str) -> str:
    """STRING with TTL: offset of the tombstone, so that an older profile does not bring the person back."""
    return f"{PREFIX}erased:{volunteer_id}"


PRIORS = f"{PREFIX}priors"
"""HASH `hour|band|y` and `hour|band|n`: everybody's answers by local hour and distance band, sums with a half-life of 30 days."""


def field_index(skill: str) -> str:
    """GEO: on-duty field volunteers with this skill whom no decision engages, at their fix, or at home when it is stale.

    A pending claim leaves a person here; the search reads it from the hash.
    """
    return f"{PREFIX}geo:{skill}"


def engaged_index(skill: str) -> str:
    """GEO: on-duty field volunteers with this skill who hold an offer; only to count how many were near but engaged."""
    return f"{PREFIX}geo-engaged:{skill}"


def digital_index(skill: str, language: str) -> str:
    """ZSET by load: free, on-duty digital volunteers with this skill and language (primary subtag; `*`: any)."""
    return f"{PREFIX}dig:{skill}:{language}"


def digital_engaged(skill: str) -> str:
    """ZSET: on-duty digital volunteers with this skill who hold an offer; only to count them."""
    return f"{PREFIX}dig-engaged:{skill}"


FIXES = f"{PREFIX}fixes"
"""ZSET volunteer by the time (ms) at which their fix must be looked at: whether it is stale (then the home place counts) or
older than KOMEK_POSITION_TTL_S (then it is forgotten). A new fix does not move the entry; the sweep does when it comes by."""

ON_DUTY = f"{PREFIX}on-duty"
"""SET of volunteers on duty."""

HALVES = f"{PREFIX}halves"
"""ZSET volunteer by when (ms) it must be looked at why their sealed record is newer than their profile."""

VOLUNTEERS = f"{PREFIX}volunteers"
"""SET of known volunteers."""


def incident(incident_id: str) -> str:
    """STRING: state of the incident, JSON as in `incident-status`."""
    return f"{PREFIX}inc:{incident_id}"


def reported(incident_id: str) -> str:
    """STRING with TTL, written by the API at intake: what was reported, until the first decision."""
    return f"{PREFIX}rep:{incident_id}"


def answering(offer_id: str) -> str:
    """STRING with TTL, written by the API: the newest command about this offer that its person gave."""
    return f"{PREFIX}ans:{offer_id}"


def repeat(digest: str) -> str:
    """STRING with TTL: digest of the body first sent with an Idempotency-Key, and the answer. A help, not a guard."""
    return f"{PREFIX}key:{digest}"


def by_status(status: str) -> str:
    """ZSET by time of the report: incidents in this status."""
    return f"{PREFIX}by-status:{status}"


ALL_INCIDENTS = f"{PREFIX}incidents"
"""ZSET by time of the report: every incident."""


OPEN_INCIDENTS = f"{PREFIX}open-incidents"
"""GEO at the centre of each open incident that has a place: what is compared to find reports of one event, as JSON
(`dispatch.model.context.Neighbour`); a text only as its keyed fingerprint."""

WIDE_INCIDENTS = f"{PREFIX}wide-incidents"
"""GEO: the same of incidents whose area reaches beyond its centre, which are found from their edge."""


def vicinity_of(incident_id: str) -> str:
    """STRING: the member this incident has in OPEN_INCIDENTS or WIDE_INCIDENTS, so that apply can replace it."""
    return f"{PREFIX}vicinity-of:{incident_id}"


def external(digest: str) -> str:
    """HASH incident id → what is compared of it (`dispatch.model.context.Neighbour`): the open incidents with one external id, by
    its digest, since the id itself may name a person."""
    return f"{PREFIX}external:{digest}"


HAZARDS = f"{PREFIX}hazards"
"""HASH incident id → area and skills (JSON): the dangerous ground of open incidents."""

HAZARDS_VERSION = f"{PREFIX}hazards-version"
"""STRING: Redis TIME (µs) of the last change of HAZARDS, so that a worker reads them only when they changed."""


UNDER_WAY = f"{PREFIX}under-way"
"""GEO at the centre of each open incident that has people assigned to field work: its id. New dangerous ground may cross
their way."""

ATTENTION = f"{PREFIX}attention"
"""HASH incident id → `[[reason, since ms, requirement]]` (JSON): incidents a human has to look at, for the operator's alarms."""

VOIDS = f"{PREFIX}voids"
"""ZSET by time (ms): `decision|command` and `offer|offer` that the order of the log made void; expected empty."""


def by_priority(priority: str) -> str:
    """ZSET by time of the report: open incidents of this priority."""
    return f"{PREFIX}by-priority:{priority}"


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


def ending(partition: int) -> str:
    """ZSET by offset in `decisions`: `volunteer|offer` of offers that ended there and may not be published yet."""
    return f"{PREFIX}ending:{partition}"


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
    """GEO: `class|moment|incident|requirement` of field shortfalls with a place; class 0 (critical) or 1 and a moment in ms with
    13 digits (`dispatch/staffing/urgency.py`), so that members sort by urgency; `|skill` follows in the keys of further
    skills."""
    return f"{PREFIX}wait-geo:{skill}"


def waiting_anywhere(skill: str) -> str:
    """ZSET by urgency: the same member for digital shortfalls and those without a place."""
    return f"{PREFIX}wait:{skill}"


def waiting_of(incident_id: str) -> str:
    """HASH member → key: where the shortfalls of this incident stand, so that apply can replace them."""
    return f"{PREFIX}waiting-of:{incident_id}"


def scarce_field(skill: str) -> str:
    """GEO: likewise of waves that fell short of their certainty; class 2 (critical) or 3, so that shortfalls sort before them."""
    return f"{PREFIX}scarce-geo:{skill}"


def scarce_anywhere(skill: str) -> str:
    """ZSET by urgency: likewise for digital work and work without a place."""
    return f"{PREFIX}scarce:{skill}"


WAITING_TERMS = f"{PREFIX}waiting-terms"
"""HASH member → `capability|limit m|reach m|languages`, with `+` between languages: whom to wake for it."""

WAITING_REACH = f"{PREFIX}waiting-reach"
"""ZSET by reach (m): members of incidents whose areas reach beyond their centres, so that the widest is known."""

SCARCE = f"{PREFIX}scarce-waves"
"""SET: the members of all waves that fell short; says at a glance that there are none."""

SHORTFALLS = f"{PREFIX}shortfalls"
"""ZSET by time since when: the members of all shortfalls; says at a glance that nobody waits."""


def private(ref: str) -> str:
    """STRING `offset|ciphertext` as in the `private` topic, for the API to open after acceptance; nothing behind the bar
    once erased (with TTL), so that an older record does not come back."""
    return f"{PREFIX}private:{ref}"
