"""Records that only the edge knows: people, positions, audit, notices, plans, and the plain text of `private`.

Records of `incidents`, `decisions`, `offers` and `incident-status` are dataclasses of the core (`dispatch/model/`). Field names
are the names in JSON. A new field needs a default, because older records lack it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability, TravelMode
from dispatch.notices.rules import NoticeOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerRecord:
    """A record of `volunteers`: profile and duty, without personal data.

    `changed_ms`: time of the last write by anyone. `heard_ms`: time of the last write by the person, which writes by others copy;
    None if unknown.
    """

    id: str
    capabilities: tuple[Capability, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    travel_mode: TravelMode
    max_distance_m: int | None
    on_duty: bool
    changed_ms: int
    private_at: int | None = None
    """Offset in `private` (in the partition of the person's key) of the encrypted part of the same profile. A change of duty
    copies it. Profiles are ordered by this offset."""
    heard_ms: int | None = None
    keeps_duty: bool = False
    """True: the writer stated no duty, and `on_duty` is a copy of the duty it read. The last record before it in the log that
    states one (or the tombstone, which means off duty) takes precedence; the copy counts only when that record is gone."""
    duty_until_ms: int | None = None
    """When the duty ends by itself; None: not. Whoever states or copies `on_duty` does so with this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationRecord:
    """A record of `verifications`: `by` (an opaque id) verified a skill of a person until `until_ms`; 0: withdrew it.

    `organisation`: opaque id of the organisation of `by`. `skill` None: the record states the organisation of the person
    instead (None: none), and `until_ms` has no meaning. No person writes records about themselves.
    """

    volunteer_id: str
    skill: str | None
    until_ms: int
    by: str
    at_ms: int
    organisation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FixRecord:
    """A record of `locations`.

    `recorded_ms`: time by the device's clock, which may be wrong. `continues` false: no further fixes follow for a while.
    """

    volunteer_id: str
    lon: float
    lat: float
    accuracy_m: float | None = None
    recorded_ms: int | None = None
    continues: bool = True


MOST_SUBJECTS = 200
"""Subjects that one audit entry about several names; `count` is all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """A record of `audit`: `actor` (an opaque id) performed `action`, a read or a change, on `subject` (an opaque id).

    `subjects`: of a read of several, at most `MOST_SUBJECTS` of them; `count`: how many they were. `writer`, `number`,
    `previous`, `scheme`, `mac` and `after` link the entries (`streams/audit/chain.py`); empty in entries from before they were
    linked.
    """

    actor: str
    role: str
    action: str
    subject: str
    at_ms: int
    subjects: tuple[str, ...] = ()
    count: int | None = None
    writer: str = ""
    number: int = 0
    previous: str = ""
    scheme: str = ""
    after: str = ""
    mac: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRecord:
    """A record of `notices`: a notice of `kind` that follows from the event `event_id` of `offers`, sent by `channel`.

    `reason`: why the offer is in its state. `changes`: the fields of the job that changed in epoch `version` of the incident.
    `channel` of what a person says about a notice (seen, delivered), and of a test that they ask for: `api`.
    """

    id: str
    event_id: str
    offer_id: str
    incident_id: str
    volunteer_id: str
    kind: str
    channel: str
    outcome: NoticeOutcome
    attempts: int
    at_ms: int
    version: int = 0
    reason: str | None = None
    changes: tuple[str, ...] = ()
    code: str | None = None
    """Why the channel failed: its own code (`http_410`, `timeout`, `unknown_chat`); None: it did not."""
    device: str | None = None
    """Id of the one channel of the person that the record is about; None: all of this kind."""
    exercise: bool = False
    """Of a warning that belongs to no offer: it is part of a drill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlansRecord:
    """A record of `plans`: the text of a plan file (TOML) and its version. The text is kept so that errors have line numbers."""

    version: str
    text: str
    applied_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerPrivate:
    """Plain text of a `private` record with key `volunteer:<id>`."""

    home: Place | None = None
    contact: Mapping[str, Any] | None = None
    profile: VolunteerRecord | None = None
    """The public part of the same profile, so that this record alone contains the whole profile."""
    label: str | None = None
    """The name by which the person chose to be shown to operators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentStep:
    """A person was shown the privacy notice `notice` (a version) in `language`, and gave or withdrew consents, by name."""

    at_ms: int
    notice: str
    language: str
    given: Mapping[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentsPrivate:
    """Plain text of a `private` record with key `consents:<id>`: all steps, oldest first."""

    steps: tuple[ConsentStep, ...] = ()

    @property
    def now(self) -> dict[str, bool]:
        """The last answer to each consent that was asked for."""
        return {name: given for step in self.steps for name, given in step.given.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPrivate:
    """Plain text of a `private` record with a key that starts with `incident:`, or with `handover:` (`text` alone)."""

    description: str | None = None
    address: str | None = None
    caller: Mapping[str, Any] | None = None
    text: str | None = None
    external_id: str | None = None
    """The number of the incident in another system, as the reporter wrote it."""
