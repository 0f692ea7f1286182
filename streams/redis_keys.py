"""The list of keys in Redis. All start with `komek:`; `streams/store/scripts.py` passes the names to the Lua scripts.

All contents derive from the log and may be deleted at any time; `streams/rebuild/rebuilder.py` restores them. Exceptions are the
intake marks (`reported`, `answering`, `repeat`): a best-effort cache with a TTL.
"""

PREFIX = "komek:"
"""`Restore.wipe` deletes every key with this prefix except the rebuild lock."""


def ready(run_id: str) -> str:
    """STRING `ms|L layout|id of the data`, set at the end of a rebuild for this run of Redis. Scripts raise NOTREADY without it,
    with an earlier layout (`scripts.py`), and when the server has been a replica since (its id of the data, `master_replid`,
    changed)."""
    return f"{PREFIX}ready:{run_id}"


REBUILD_LOCK = f"{PREFIX}rebuild-lock"
"""STRING with TTL: owner and progress of the running rebuild (`worker|done|total`)."""


def volunteer(volunteer_id: str) -> str:
    """HASH with TTL: the state of a person, and the only key that a claim writes. Short field names save memory with 300,000
    people:

    profile   `v` offset of the record, `po` offset of its encrypted part in `private`,
              `cap`, `sk`, `la` (lists with commas), `tm` travel mode, `md` max distance, `du` duty; `vs` the verified skills as
              `skill:end in ms` with commas, copied from `verified`, also ended ones; only while the newest record
              states no duty: `dk` offset of the record that states it (-1: not seen), `dw` the copy in the newest record
    place     `x`, `y`, `ac`, `at` the accepted fix while on duty: lon, lat, accuracy m, time ms; `hx`, `hy` centre of the cell of
              the home
    anchor    `ax`, `ay`, `aa` place of the anchor that a chain of fixes is measured from; `ab` when the person was last seen
              there, empty while they are
    duty      `un` its end (ms) if it has one; `fl` earliest time of a fix that counts; `np` the consent to positions is withdrawn
    doubt     `px`, `py`, `pa`, `pt` the same of a leap that awaits confirmation by a second fix (void once `at` is later than
              `pt`); `ht` time of the newest fix that was not accepted; `qt` time of the newest fix announced as the last for a
              while
    claim     `co` offer, `ci` incident, `ce` epoch, `cs` state p(ending) or c(onfirmed), `cc` command, `ca` since ms
    load      `ld` log2 of the sum of 2^(t / 4 h) over the offers made: half-life of four hours, the order holds at any time
    answers   `ey` accepted, `en` declined, `wk` accepted recently: sums like `ld`, with half-lives of 60, 60 and 7 days
    trust     `tu` digital answers that others upheld, `to` that they overruled: sums with a half-life of 180 days
    danger    `ds` ids (list with commas) of the open incidents that are about the danger of this person
    rest      `we` end of the last field assignment, ms; `wh` whether it was heavy; `hd` last sign of life, ms
    indexes   `im`, `ix`, `iy`, `is` mode, place and skills (and `*`) in the field indexes; `dg` the entries in the digital ones
    """
    return f"{PREFIX}vol:{volunteer_id}"


def held_fix(volunteer_id: str) -> str:
    """STRING `lon|lat|accuracy|time|ends` with TTL: the newest fix of a person who is not on duty, until the duty begins."""
    return f"{PREFIX}held-fix:{volunteer_id}"


PLACES_PASS = f"{PREFIX}places-pass"
"""STRING with TTL: the worker that extends the keys with places, so that only one does."""


def erased(volunteer_id: str) -> str:
    """STRING with TTL: `offset|time` of the tombstone, so that no older profile and no position brings the person back."""
    return f"{PREFIX}erased:{volunteer_id}"


PRIORS = f"{PREFIX}priors"
"""HASH `hour|band|y`, `hour|band|n`: answers of all people by local hour and band of distance, with a half-life of 30 days."""


def verified(volunteer_id: str) -> str:
    """HASH skill → `offset|end ms|by|organisation` of the newest record (end 0: withdrawn); empty skill: the organisation."""
    return f"{PREFIX}verified:{volunteer_id}"


VERIFIED_UNTIL = f"{PREFIX}verified-until"
"""ZSET `volunteer|skill` by the end of the verification (ms). Ended ones are removed once their offers were looked at."""


def field_index(skill: str) -> str:
    """GEO with TTL: on-duty field volunteers with this skill who are not engaged, at their fix, or at home when the fix is stale.
    A pending claim does not remove a person; the search reads it from the hash."""
    return f"{PREFIX}geo:{skill}"


def engaged_index(skill: str) -> str:
    """GEO with TTL: on-duty field volunteers with this skill who hold an offer. Used only to count engaged people nearby."""
    return f"{PREFIX}geo-engaged:{skill}"


def digital_index(skill: str, language: str) -> str:
    """ZSET by load: free, on-duty digital volunteers with this skill and language (primary subtag; `*`: all languages)."""
    return f"{PREFIX}dig:{skill}:{language}"


def digital_engaged(skill: str) -> str:
    """ZSET: on-duty digital volunteers with this skill who hold an offer. Used only to count them."""
    return f"{PREFIX}dig-engaged:{skill}"


FIXES = f"{PREFIX}fixes"
"""ZSET volunteer by the time (ms) at which their fix must be examined: a stale fix is replaced by the home place, one older than
KOMEK_POSITION_TTL_S is deleted. A new fix does not change the entry; the sweep does."""

ON_DUTY = f"{PREFIX}on-duty"
"""SET of volunteers on duty."""

DUTY_ENDS, DUTY_WARNINGS = f"{PREFIX}duty-ends", f"{PREFIX}duty-warnings"
"""ZSETs volunteer by the time (ms) at which their duty ends by itself, and at which they are told so; until a worker acted."""

HALVES = f"{PREFIX}halves"
"""ZSET volunteer by the time (ms) after which a profile that is older than its private record must be completed."""

VOLUNTEERS = f"{PREFIX}volunteers"
"""SET of known volunteers."""


def incident(incident_id: str) -> str:
    """STRING: state of the incident, JSON as in `incident-status`."""
    return f"{PREFIX}inc:{incident_id}"


def reported(incident_id: str) -> str:
    """STRING with TTL, written by the API at intake: the report, until its first decision."""
    return f"{PREFIX}rep:{incident_id}"


def answering(offer_id: str) -> str:
    """STRING with TTL, written by the API: id of the person's newest command about this offer."""
    return f"{PREFIX}ans:{offer_id}"


def repeat(digest: str) -> str:
    """STRING with TTL: keyed digest of the first request sent with an Idempotency-Key, and the response. Best-effort cache."""
    return f"{PREFIX}key:{digest}"


def by_status(status: str) -> str:
    """ZSET by time of the report: incidents in this status."""
    return f"{PREFIX}by-status:{status}"


ALL_INCIDENTS = f"{PREFIX}incidents"
"""ZSET by time of the report: every incident."""

OPEN_INCIDENTS = f"{PREFIX}open-incidents"
"""GEO at the centre of each open incident with a place: the data compared to find duplicates, as JSON
(`dispatch.model.context.Neighbour`). Texts are included only as keyed fingerprints."""

WIDE_INCIDENTS = f"{PREFIX}wide-incidents"
"""GEO: the same for incidents with an area. Their distance is measured from the edge of the area."""


def vicinity_of(incident_id: str) -> str:
    """STRING: the incident's member in OPEN_INCIDENTS or WIDE_INCIDENTS, so that apply can replace it."""
    return f"{PREFIX}vicinity-of:{incident_id}"


def external(digest: str) -> str:
    """HASH incident id → `dispatch.model.context.Neighbour` (JSON): the open incidents with one external id. The key contains a
    keyed digest, because the external id may identify a person. Ids of merged reports lead to the incident that adopted them."""
    return f"{PREFIX}external:{digest}"


def external_of(incident_id: str) -> str:
    """SET of digests: the incident's entries by external id, so that apply can remove those of reports that were taken out. With
    a TTL once the incident has ended."""
    return f"{PREFIX}external-of:{incident_id}"


def ended_external(digest: str) -> str:
    """ZSET with TTL by time of the end (ms): ids of the ended incidents with one external id, for operators who look back.
    Duplicates are searched in `external` alone."""
    return f"{PREFIX}ended-external:{digest}"


def call_numbers(day: str, letters: str) -> str:
    """ZSET with TTL of ids of incidents by their number: the call numbers of one partition on one local day."""
    return f"{PREFIX}calls:{day}:{letters}"


HAZARDS = f"{PREFIX}hazards"
"""HASH incident id → area and skills of equipped people (JSON): the hazard areas of open incidents."""

HAZARDS_VERSION = f"{PREFIX}hazards-version"
"""STRING: Redis TIME (µs) of the last change of HAZARDS, so that a worker reads them only when they changed."""

UNDER_WAY = f"{PREFIX}under-way"
"""GEO: ids of open incidents with people assigned to field work, at their centres. A new hazard area may cross their route."""

ATTENTION = f"{PREFIX}attention"
"""HASH incident id → `[[reason, since ms, requirement]]` (JSON): incidents that need an operator, for the alarms."""

VOIDS = f"{PREFIX}voids"
"""ZSET by time (ms): `decision|<command>` and `offer|<offer>` that are void by the order of the log. Expected to be empty."""


def by_priority(priority: str) -> str:
    """ZSET by time of the report: open incidents of this priority."""
    return f"{PREFIX}by-priority:{priority}"


def offers_of(volunteer_id: str) -> str:
    """ZSET by time: ids of the newest offers made to a person."""
    return f"{PREFIX}offers-of:{volunteer_id}"


def distress_incidents(volunteer_id: str) -> str:
    """ZSET with TTL by time of the report: ids of the newest incidents of a person's own danger, open or ended."""
    return f"{PREFIX}distress-incidents:{volunteer_id}"


def distressed(incident_id: str) -> str:
    """SET of people whose `ds` holds this open incident, so that apply can take it out."""
    return f"{PREFIX}distressed:{incident_id}"


def timeline(incident_id: str) -> str:
    """LIST of `partition:offset`: the incident's records in `decisions`, oldest first."""
    return f"{PREFIX}timeline:{incident_id}"


def command(command_id: str) -> str:
    """STRING with the TTL of the log's retention: offset of the first decision of a command."""
    return f"{PREFIX}cmd:{command_id}"


def progress(partition: int) -> str:
    """HASH: `applied` and `published` offsets of a partition of `decisions`."""
    return f"{PREFIX}progress:{partition}"


def ending(partition: int) -> str:
    """ZSET by offset in `decisions`: `volunteer|offer` that ended there; the people are released once that is published."""
    return f"{PREFIX}ending:{partition}"


def refused(partition: int) -> str:
    """HASH offer id → volunteer id: holds that apply refused and that no decision has voided yet."""
    return f"{PREFIX}refused:{partition}"


TIMERS = f"{PREFIX}timers"
"""ZSET by due time (ms): `kind|incident|ref|due`."""


def timers_of(incident_id: str) -> str:
    """SET of the incident's members in TIMERS, so that apply can replace them."""
    return f"{PREFIX}timers-of:{incident_id}"


PENDING_CLAIMS = f"{PREFIX}pending"
"""ZSET by time (ms): `volunteer|offer` of pending claims."""


def waiting_field(skill: str) -> str:
    """GEO: `class|moment|incident|requirement` of field shortfalls with a place. Class 0 (critical) or 1 and a moment in ms with
    13 digits (`dispatch/staffing/urgency.py`) make members sort by urgency. Members of further skills end with `|skill`."""
    return f"{PREFIX}wait-geo:{skill}"


def waiting_anywhere(skill: str) -> str:
    """ZSET by urgency: the same members for digital shortfalls."""
    return f"{PREFIX}wait:{skill}"


def waiting_of(incident_id: str) -> str:
    """HASH member → key: the index entries of the incident's shortfalls, so that apply can replace them."""
    return f"{PREFIX}waiting-of:{incident_id}"


def scarce_field(skill: str) -> str:
    """GEO: the same for waves that fell short of their certainty. Class 2 (critical) or 3, so they sort after shortfalls."""
    return f"{PREFIX}scarce-geo:{skill}"


def scarce_anywhere(skill: str) -> str:
    """ZSET by urgency: the same for digital work."""
    return f"{PREFIX}scarce:{skill}"


WAITING_TERMS = f"{PREFIX}waiting-terms"
"""HASH member → `capability|limit m|reach m|languages|verified` (languages joined by `+`, verified 1 or ""): who fits."""

WAITING_REACH = f"{PREFIX}waiting-reach"
"""ZSET by reach (m): members of incidents with an area. The largest bounds searches from a person."""

SCARCE = f"{PREFIX}scarce-waves"
"""SET: the members of all waves that fell short, so that one EXISTS tells whether there are any."""

SHORTFALLS = f"{PREFIX}shortfalls"
"""ZSET by start time (ms): the members of all shortfalls, also of field work without a place, which is in no index above."""


def private(ref: str) -> str:
    """STRING `offset|ciphertext` as in the topic `private`. Erased: `offset|` with a TTL, so that no older one is written."""
    return f"{PREFIX}private:{ref}"


def devices_of(volunteer_id: str) -> str:
    """HASH with TTL: how the channels of a person do. For each channel id: `<id>:ok` ms of the last notice that its service took,
    `<id>:failed` `ms|code`, `<id>:gone` ms at which its service said that it exists no more."""
    return f"{PREFIX}devices:{volunteer_id}"


def reach_of(offer_id: str) -> str:
    """HASH with TTL: what became of the notices of an offer, `<kind of channel>` to `outcome|code|ms`."""
    return f"{PREFIX}reach:{offer_id}"


def replying(address: str) -> str:
    """STRING with TTL: `volunteer|offer` that a reply from an address answers; `address`: its keyed digest."""
    return f"{PREFIX}replying:{address}"


ASSISTANT_ASKED = f"{PREFIX}assistant-asked"
"""LIST with TTL: `number|sealed question` of the API to the assistant."""

ASSISTANT_ALIVE = f"{PREFIX}assistant-alive"
"""STRING with TTL: an assistant is running."""


def assistant_answer(number: str) -> str:
    """LIST with TTL: the sealed answer to a question."""
    return f"{PREFIX}assistant-answer:{number}"


def here(incident_id: str) -> str:
    """HASH with TTL: operators at an incident, or at messages of the public, `<id of the operator>` to `doing|field|ms`."""
    return f"{PREFIX}here:{incident_id}"


def linking(code: str) -> str:
    """STRING with TTL: `volunteer|channel` that a start of the Telegram bot with this code (its keyed digest) belongs to."""
    return f"{PREFIX}linking:{code}"


def offer_link(token: str) -> str:
    """STRING with TTL: `volunteer|offer` of a one-offer link; `token`: its keyed digest."""
    return f"{PREFIX}offer-link:{token}"


def ways(period: str) -> str:
    """HASH with TTL: how the ways to people do (`store/ways.py`), `now` or in a minute; `telegram|ok` ms of the last success."""
    return f"{PREFIX}ways:{period}"
