"""Checks of `komek doctor --deployment`: whether there are exports, how old they are, and whether erasures are kept up."""

from collections.abc import Iterator

from dispatch.model.counted import counted
from streams import clock
from streams.backup import ages
from streams.backup.ages import Backups
from streams.local.check import Check, fail, ok, warn
from streams.monitoring.queried_alarms import ERASURES_S, EXPORT_S, READ_BACK_S
from streams.retention.classes import DAY_S, HOUR_S, MINUTE_S
from streams.settings import Settings

EXPORT_WARN_S, EXPORT_FAIL_S = EXPORT_S, 3 * DAY_S
"""One a day, and two hours for it to be late."""
ERASURES_WARN_S, ERASURES_FAIL_S = ERASURES_S, DAY_S
"""What was erased since the last update would come back with an import."""
READ_IT = (
    "Run `komek import --check`: it opens every part. If one is damaged, begin a new export (`komek export --new`)."
)
EVERY_DAY = "Run `komek export` every day, by a timer (deploy/runbook/restore.md)."
EVERY_MINUTES = "Run `komek export --erasures` every few minutes: what is erased later would come back."


def backup_checks(settings: Settings, now_ms: int) -> Iterator[Check]:
    """Looks at the folder alone: without the key, and without the deployment."""
    if settings.backups is None:
        yield warn("backups", "KOMEK_BACKUPS is not set: no exports are known", EVERY_DAY)
        return
    found = ages.look(settings.backups)
    if found.unreadable:
        yield warn(
            "backups", f"cannot be read: {', '.join(found.unreadable[:3])}", "Delete them, or take other copies."
        )
    if found.newest is None:
        if not settings.backups.is_dir():
            yield fail("backups", f"there is no folder {settings.backups}", f"Correct KOMEK_BACKUPS. {EVERY_DAY}")
            return
        halves = f"; {len(found.halves)} were not completed" if found.halves else ""
        yield fail("backups", f"{settings.backups} holds no complete export{halves}", EVERY_DAY)
        return
    newest, age_s = found.newest, (now_ms - found.newest.plan.begun_ms) // 1000
    told = (
        f"{_span(age_s)} old: {newest.plan.id}, {counted(newest.records, 'record')}, {newest.bytes / 1e6:,.1f} MB; "
        f"{found.count} in {settings.backups}"
    )
    grade = fail if age_s > EXPORT_FAIL_S else warn if age_s > EXPORT_WARN_S else None
    yield grade("backups", told, EVERY_DAY) if grade else ok("backups", told)
    yield from _trouble(found, now_ms)
    if found.erasures_ms is None:
        yield fail("erasures since then", "there is no list of them", EVERY_MINUTES)
        return
    since_s = (now_ms - found.erasures_ms) // 1000
    told = f"listed until {clock.rfc3339(found.erasures_ms)}"
    grade = fail if since_s > ERASURES_FAIL_S else warn if since_s > ERASURES_WARN_S else None
    yield grade("erasures since then", told, EVERY_MINUTES) if grade else ok("erasures since then", told)


def _trouble(found: Backups, now_ms: int) -> Iterator[Check]:
    """What the age of the newest export does not tell."""
    if found.failed_ms is not None:
        yield fail(
            "last export", f"it failed at {clock.rfc3339(found.failed_ms)}", "See the log of its timer; repeat it."
        )
    if found.read_back is None:
        yield warn("backups read back", "none was opened and read since it was written", READ_IT)
        return
    age_s = (now_ms - found.read_back.plan.begun_ms) // 1000
    told = f"{found.read_back.plan.id}, {_span(age_s)} old"
    yield warn("backups read back", told, READ_IT) if age_s > READ_BACK_S else ok("backups read back", told)


def _span(seconds: int) -> str:
    for unit_s, unit in ((DAY_S, "d"), (HOUR_S, "h")):
        if seconds >= 2 * unit_s:
            return f"{seconds // unit_s} {unit}"
    return f"{seconds // MINUTE_S} min"
