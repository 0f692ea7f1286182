"""The status of the system as far as this process knows. Never fails; responds within two seconds."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from api.process.services import Services
from api.views.alarms import alarm_view, way_view
from dispatch.notices.ladder import ChannelKind
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.notices import configured
from streams.store.reads import Counts, RebuildState
from streams.store.ways import WayHealth

READ_TIMEOUT_S = 0.8
"""Both reads run at once, so a response without Redis takes under a second of the two that the route promises."""
MEASURED_WITHIN_S = 6.0
"""The lag is measured every second, each time within 1.5 s: after 6 s Kafka counts as down."""
ALARM_AFTER_S = 10.0
T = TypeVar("T")


async def system_status(services: Services) -> dict[str, Any]:
    """`schemas.status.Status`."""
    # Whatever is down, the status must be readable: a failed read gives null, never an error.
    rebuild, counts, ways = await asyncio.gather(
        _within(services.reads.rebuild_state()),
        _within(services.reads.counts()),
        _within(services.reach.ways(clock.now_ms())),
    )
    kafka, workers = _kafka(services), _workers(services)
    redis = _redis(rebuild)
    oldest_s = _oldest_s(services)
    reasons = _reasons(kafka, redis, workers, oldest_s)
    # Measured by a service of its own (DESIGN 49), so the route observes nothing itself.
    snapshot = services.alarms.told()
    return {
        "at": clock.rfc3339(clock.now_ms()),
        "components": {
            "api": {"status": "degraded" if services.ring.missing or services.ring.is_refused else "up"},
            "kafka": kafka,
            "redis": redis,
            "workers": workers,
            "notifier": _notifier(services),
            "assistant": _assistant(services),
        },
        "assignment": "delayed" if reasons else "normal",
        "assignment_reason": "; ".join(reasons) or None,
        "alarms": list(map(alarm_view, snapshot.alarms)),
        "alarms_unknown": list(snapshot.unknown),
        "channels": None
        if ways is None
        else list(map(way_view, _with_unused(ways, configured.kinds(services.settings)))),
        "incidents": _incidents(counts),
        "shortfalls": counts.shortfalls if counts else None,
        "oldest_shortfall_age_s": _age_s(counts.oldest_shortfall_ms) if counts else None,
        "volunteers": {"known": counts.volunteers, "on_duty": counts.on_duty}
        if counts
        else _unknown("known", "on_duty"),
        "volunteers_on_duty": counts.on_duty if counts else None,
        "oldest_undecided_age_s": oldest_s,
        "committed_lag": _lag(services),
        "latency_ms": {"report_to_offer": services.latency.percentiles_ms(clock.now_ms()), "window_s": 300},
    }


async def _within(work: Coroutine[Any, Any, T]) -> T | None:
    try:
        return await asyncio.wait_for(work, READ_TIMEOUT_S)
    except (StoreUnavailable, NotReady, TimeoutError):
        return None


def _is_measured(services: Services) -> bool:
    age = services.monitor.age_s()
    return age is not None and age < MEASURED_WITHIN_S


def _kafka(services: Services) -> dict[str, Any]:
    age = services.monitor.age_s()
    return {
        "status": "up" if _is_measured(services) else "down",
        "refused": services.monitor.is_refused,
        "measured_age_s": None if age is None else round(age, 1),
    }


def _workers(services: Services) -> dict[str, Any]:
    if not _is_measured(services) or services.monitor.last is None or services.monitor.last.workers is None:
        return {"status": "unknown", "count": None}
    count = services.monitor.last.workers
    return {"status": "up" if count else "down", "count": count}


def _notifier(services: Services) -> dict[str, Any]:
    """Without a notifier people see their offers only if they open the list."""
    seen = services.monitor.last.notifier if _is_measured(services) and services.monitor.last is not None else None
    if seen is None or seen.count is None:
        return {"status": "unknown", "count": None, "lag": None}
    return {"status": "up" if seen.count else "down", "count": seen.count, "lag": seen.lag}


def _assistant(services: Services) -> dict[str, Any]:
    """Nothing waits for it: without an assistant people work as before."""
    if services.assistant_modes.is_off:
        return {"status": "off", "count": None, "lag": None}
    seen = services.monitor.last.assistant if _is_measured(services) and services.monitor.last is not None else None
    if seen is None or seen.count is None:
        return {"status": "unknown", "count": None, "lag": None}
    return {"status": "up" if seen.count else "down", "count": seen.count, "lag": seen.lag}


def _redis(rebuild: RebuildState | None) -> dict[str, Any]:
    if rebuild is None:
        return {"status": "down"}
    if rebuild.is_ready:
        return {"status": "up"}
    return {"status": "rebuilding", "done": rebuild.done, "total": rebuild.total}


def _reasons(
    kafka: dict[str, Any], redis: dict[str, Any], workers: dict[str, Any], oldest_s: float | None
) -> list[str]:
    reasons = []
    if kafka["refused"]:
        reasons.append("Kafka refuses the API")
    elif kafka["status"] != "up":
        reasons.append("Kafka does not answer")
    if redis["status"] != "up":
        reasons.append("Redis is being rebuilt" if redis["status"] == "rebuilding" else "Redis does not answer")
    if workers["status"] == "down":
        reasons.append("no worker runs")
    if oldest_s is not None and oldest_s > ALARM_AFTER_S:
        reasons.append(f"the oldest command has waited {oldest_s:.0f} s")
    return reasons


def _with_unused(ways: list[WayHealth], kinds: Sequence[ChannelKind]) -> list[WayHealth]:
    """Also the kinds that are set up and have sent nothing yet."""
    used = {way.name.partition(" ")[0] for way in ways}
    return [*ways, *(WayHealth(name=kind.value) for kind in kinds if kind not in used)]


def _incidents(counts: Counts | None) -> dict[str, Any]:
    if counts is None:
        return _unknown("by_status", "by_priority", "exercises")
    return {"by_status": counts.by_status, "by_priority": counts.by_priority, "exercises": counts.exercises}


def _unknown(*names: str) -> dict[str, None]:
    return dict.fromkeys(names)


def _age_s(since_ms: int | None) -> float | None:
    return None if since_ms is None else max(0.0, (clock.now_ms() - since_ms) / 1000)


def _oldest_s(services: Services) -> float | None:
    """Age of the oldest undecided command: 0 if there is none; None if it is unknown."""
    last = services.monitor.last
    if last is None:
        return None
    return _age_s(last.oldest_ms) if last.oldest_ms is not None else 0.0


def _lag(services: Services) -> dict[str, Any]:
    last = services.monitor.last
    if last is None:
        return {"total": None, "partitions": None}
    return {"total": last.total_lag, "partitions": {str(number): lag for number, lag in last.lag.items()}}
