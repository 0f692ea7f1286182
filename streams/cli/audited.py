"""The audit entries of commands that read or change data without the API, which records what goes through it."""

import asyncio
import sys
from collections.abc import Sequence

from dispatch.model.visible_text import visible
from streams import clock
from streams.audit.audit_log import write_entries
from streams.cli.context import log_errors_reported
from streams.cli.errors import CommandFailed
from streams.ring import KeyRing, LiveRing
from streams.settings import Settings, SettingsError
from streams.wire import MOST_SUBJECTS, AuditRecord
from streams.wire.client_digests import client_digests

ROLE = "cli"
"""Of actors who are what `--by` says; nobody has authenticated them (DESIGN 131)."""


def entry(by: str, action: str, subject: str, subjects: Sequence[str] | None = None) -> AuditRecord:
    """The entry of a command; `subjects`: of a read of several."""
    return AuditRecord(
        actor=by,
        role=ROLE,
        action=action,
        subject=subject,
        at_ms=clock.now_ms(),
        subjects=tuple(subjects or ())[:MOST_SUBJECTS],
        count=None if subjects is None else len(subjects),
    )


async def write(settings: Settings, ring: KeyRing, entries: Sequence[AuditRecord]) -> None:
    """Returns after Kafka has confirmed them. Raises SettingsError (no digest key), LogUnavailable."""
    await write_entries(settings, client_digests(ring), entries, f"cli-{clock.fresh_id()}")


def record(settings: Settings, made: AuditRecord) -> None:
    """Writes the entry before private data is shown. Raises CommandFailed, SettingsError: then nothing may be shown."""
    with log_errors_reported():
        asyncio.run(write(settings, LiveRing.of(settings).now, [made]))


def record_or_warn(settings: Settings, made: AuditRecord) -> None:
    """As `record`, for what has ids only and is needed when everything else is away: without an entry it says so and goes on."""
    try:
        record(settings, made)
    except (CommandFailed, SettingsError) as error:
        print(visible(f"komek: this read is not in the audit log: {error}"), file=sys.stderr)
