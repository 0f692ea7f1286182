"""Alarms that only Prometheus knows: about what no API process sees, the systems of others, feeds of warnings and the backups.

Nobody waits for help because of one of them. `streams/codegen/alert_rules.py` makes the rules.
"""

from dataclasses import dataclass

from streams.feed_settings import SELDOMEST_S
from streams.monitoring.alarms import Severity

FAILING_S, BEHIND_S = 900, 300
"""A receiver may be restarted; whoever shows incidents that are five minutes old is wrong."""
EXPORT_S, ERASURES_S, READ_BACK_S = 26 * 3600, 3600, 50 * 3600
"""One a day, kept up every few minutes, each read back; and two hours to be late. `komek doctor --deployment` warns from the same
ages on (`streams/cli/backup_ages.py`)."""
SILENT_S, REFUSED_S = 3 * SELDOMEST_S, 900
"""A feed is asked every ten minutes at least; a warning is of use before the flood, not an hour later."""
INDEX_S = 60
"""Loading a million people takes less."""
SEEN_WITHIN = "3d"
"""A backup server or follower that is gone shows no figures; those of its last days go on to grow old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueriedAlarm:
    """`holds`: PromQL, with a result while it holds. `for_s`: how long it must hold."""

    name: str
    severity: Severity
    about: str
    cure: str
    holds: str
    for_s: int = 0


def _older_than(metric: str, seconds: int) -> str:
    return f"time() - max(last_over_time({metric}[{SEEN_WITHIN}])) > {seconds}"


def _silent(metric: str, seconds: int) -> str:
    """Of the feeds that are followed, and of a follower that is gone those that it followed last."""
    return (
        f"time() - max by (feed) ({metric}) > {seconds} or "
        f"(time() - max by (feed) (last_over_time({metric}[{SEEN_WITHIN}])) > {seconds} unless on() count({metric}))"
    )


QUERIED: tuple[QueriedAlarm, ...] = (
    QueriedAlarm(
        name="index_behind",
        severity=Severity.WARNING,
        about="a worker's live index of people has been behind for a minute: it searches in Redis, so decisions take longer",
        cure="The worker's log says why: Redis ends its connection, or more positions arrive than it can follow.",
        holds=f"max by (instance) (komek_live_index_behind_seconds) > {INDEX_S}",
    ),
    QueriedAlarm(
        name="feed_silent",
        severity=Severity.WARNING,
        about="a feed of warnings was not read for half an hour: floods and storms of which it tells stand on no map here",
        cure="The log of the follower says why: the feed does not answer, the token has ended, or the follower does not run.",
        holds=_silent("komek_cap_feed_read_timestamp_seconds", SILENT_S),
    ),
    QueriedAlarm(
        name="feed_refused",
        severity=Severity.WARNING,
        about="for a quarter of an hour the API has refused what follows from a warning of this feed, so it is nowhere",
        cure="The log of the follower names the warning and the reason; report it by hand, then correct rules or plans.",
        holds=f"max by (feed) (komek_cap_feed_refused_seconds) > {REFUSED_S}",
    ),
    QueriedAlarm(
        name="webhook_letters",
        severity=Severity.WARNING,
        about="events for this subscription were given up and are sent to nobody",
        cure="`komek webhooks letters` says why; correct the receiver, then `komek webhooks replay`, or `dismiss`.",
        holds="max by (subscription) (komek_webhook_letters_left) > 0",
    ),
    QueriedAlarm(
        name="webhook_failing",
        severity=Severity.WARNING,
        about="the receiver of this subscription has taken nothing for a quarter of an hour, or wants nothing more",
        cure="Call its operator: they do not see what happens here. Events that are a day old are given up.",
        holds=f"max by (subscription) (komek_webhook_failing_seconds) > {FAILING_S}",
    ),
    QueriedAlarm(
        name="webhook_behind",
        severity=Severity.WARNING,
        about="the receiver of this subscription is told of events more than five minutes after they were decided",
        cure="See webhook_failing; if it takes events but slowly, ask its operator, or subscribe to fewer types.",
        holds=f"max by (subscription) (komek_webhook_behind_seconds) > {BEHIND_S}",
    ),
    QueriedAlarm(
        name="backup_failed",
        severity=Severity.WARNING,
        about="the last export of the deployment failed",
        cure="The log of its timer says why; correct it, then run `komek export`: it goes on where it was.",
        holds="max(komek_backup_failed_timestamp_seconds) > 0",
    ),
    QueriedAlarm(
        name="backup_late",
        severity=Severity.WARNING,
        about="the newest export is more than 26 hours old, or there is none: what came later would be lost with the brokers",
        cure="Look whether the timer runs; run `komek export`.",
        holds=_older_than("komek_backup_begun_timestamp_seconds", EXPORT_S),
    ),
    QueriedAlarm(
        name="backup_unverified",
        severity=Severity.WARNING,
        about="no export of the last two days was opened and read to its end: nobody knows whether they can be restored",
        cure="Run `komek import --check`. If it finds damage, begin a new export: `komek export --new --check`.",
        holds=_older_than("komek_backup_read_back_timestamp_seconds", READ_BACK_S),
    ),
    QueriedAlarm(
        name="erasures_late",
        severity=Severity.WARNING,
        about="the list of erasures was not kept up for an hour: who was erased since would come back with a restore",
        cure="Look whether the timer runs; run `komek export --erasures`.",
        holds=_older_than("komek_backup_erasures_timestamp_seconds", ERASURES_S),
    ),
)
