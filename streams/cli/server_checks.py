"""Checks of `komek doctor --deployment`: whether Kafka and Redis outlive the loss of a machine and keep what they are given.

Each takes some seconds at most and raises nothing. They change nothing.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

import redis

from dispatch.model.counted import counted
from streams.components import Component
from streams.errors import BrokerError
from streams.kafka import topic_admin
from streams.kafka.topic_drift import FINISH, UNFINISHED, Cure, TopicDrift, TopicState, problems_of
from streams.local.check import Check, fail, ok, warn
from streams.settings import Settings, SettingsError
from streams.store.redis_check import problem_of, problem_with
from streams.store.redis_connections import blocking_client
from streams.store.redis_target import target_of
from streams.store.redis_users import user_of

WITHIN_S = 5.0
CLOCK_WARN_S, CLOCK_FAIL_S = 1.0, 5.0
"""Offers have deadlines of some ten seconds, and links and tokens count in seconds."""
LEAST_REPLICAS, LEAST_IN_SYNC = 3, 2
MEMORY_WARN, MEMORY_FAIL = 0.7, 0.9
"""Shares of maxmemory. Beyond it Redis refuses every write, so nobody is claimed."""
KAFKA, REDIS = "Kafka", "Redis"


def clock_check(name: str, told_s: float, asked_s: float, answered_s: float) -> Check:
    """It was told at some time between the two; what lies outside of them is certain to be wrong."""
    off_s = told_s - min(max(told_s, asked_s), answered_s)
    found = f"{off_s:+.1f} s beside this machine's"
    if abs(off_s) > CLOCK_FAIL_S:
        return fail(f"clock of {name}", found, "Set both clocks by NTP: deadlines of offers depend on them.")
    if abs(off_s) > CLOCK_WARN_S:
        return warn(f"clock of {name}", found, "Set both clocks by NTP.")
    return ok(f"clock of {name}", found)


def kafka_checks(settings: Settings) -> Iterator[Check]:
    """Whether the topics outlive a broker, and differ from what is stated in nothing."""
    if settings.kafka is None:
        yield fail(KAFKA, "KOMEK_KAFKA is not set", "Set the settings of the deployment for this command.")
        return
    try:
        with topic_admin.connected(settings, timeout_s=WITHIN_S) as admin:
            states = topic_admin.read_states(admin)
            behind = topic_admin.partitions_behind(admin)
    except BrokerError as error:
        yield fail(KAFKA, str(error), error.cure)
        return
    yield from topic_checks(states, behind, settings)


def topic_checks(states: Mapping[str, TopicState], behind: Sequence[str], settings: Settings) -> Iterator[Check]:
    """`behind`: partitions with a replica that is not in sync."""
    found = problems_of(states, settings)
    if any(drift.cure is Cure.END_IMPORT for drift in found):
        yield fail("import", UNFINISHED, f"End it: {FINISH}.")
        found = [drift for drift in found if drift.cure is not Cure.END_IMPORT]
    yield from _drifts(found, states)
    few = sorted(name for name, state in states.items() if state.replication < LEAST_REPLICAS)
    loose = sorted(
        name
        for name, state in states.items()
        if int(state.config.get("min.insync.replicas", "1")) < min(LEAST_IN_SYNC, max(2, state.replication))
    )
    if few:
        yield warn(
            "replicas",
            f"fewer than {LEAST_REPLICAS}: {_some(few, states)}",
            "KOMEK_REPLICATION=3 before topics are created; afterwards kafka-reassign-partitions.",
        )
    if loose:
        yield warn(
            "in-sync replicas", f"one is enough for {_some(loose, states)}", "KOMEK_MIN_INSYNC=2, `komek topics apply`."
        )
    if behind:
        yield fail("replication", f"behind: {', '.join(behind[:5])}", "A broker is down or slow: look at the brokers.")
    elif not few and not loose:
        yield ok("topics", f"{len(states)} with {LEAST_REPLICAS} replicas or more, all in sync")


def _drifts(found: Iterable[TopicDrift], states: Mapping[str, object]) -> Iterator[Check]:
    """One finding for each difference, however many topics have it: one setting may be behind all of them."""
    topics: dict[tuple[str, str, bool], list[str]] = {}
    for drift in found:
        topics.setdefault((drift.what, drift.advice, drift.is_dangerous), []).append(drift.topic)
    for (what, advice, is_dangerous), names in topics.items():
        name = f"topic {names[0]}" if len(names) == 1 else "topics"
        told = what if len(names) == 1 else f"{_some(names, states)}: {what}"
        yield (fail if is_dangerous else warn)(name, told, advice)


def _some(names: Sequence[str], states: Mapping[str, object]) -> str:
    return f"all {counted(len(states), 'topic')}" if len(names) == len(states) else ", ".join(names)


def redis_checks(settings: Settings) -> Iterator[Check]:
    """Whether Redis lets this user work, keeps what it is given, has room and a replica, and tells the same time."""
    try:
        target = target_of(settings)
    except SettingsError as error:
        yield fail(REDIS, str(error), "Correct the settings.")
        return
    try:
        with blocking_client(target, timeout_s=WITHIN_S) as client:
            asked_s = time.time()  # noqa: TID251 - compared with the clock of another machine
            told_s, told_us = client.time()
            answered_s = time.time()  # noqa: TID251
            replicas = int(client.info("replication").get("connected_slaves", 0))
            memory = client.info("memory")
        named = next((component for component in Component if user_of(component) == settings.redis_user), None)
        problem = problem_with(target, named, timeout_s=WITHIN_S)
    except (redis.RedisError, OSError) as error:
        problem = problem_of(error, target)
        yield fail(REDIS, problem.message, problem.cure)
        return
    if problem is not None:
        yield fail(REDIS, problem.message, problem.cure)
    yield clock_check(REDIS, told_s + told_us / 1e6, asked_s, answered_s)
    yield from memory_checks(memory)
    if replicas:
        yield ok("Redis replicas", f"{replicas} connected")
    else:
        yield warn(
            "Redis replicas", "none: after a loss the workers rebuild it from the log", "Add a replica and Sentinels."
        )


def memory_checks(told: Mapping[str, object]) -> Iterator[Check]:
    """`told`: the section `memory` of INFO."""
    policy = told.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        yield fail("Redis memory", f"maxmemory-policy {policy} drops claims", "Set maxmemory-policy noeviction.")
    used, most = float(str(told.get("used_memory", 0))), float(str(told.get("maxmemory", 0)))
    if not most:
        # Redis' own default: then the machine's memory is the limit, and alarms of the machine watch it.
        return
    found = f"{used / most:.0%} of maxmemory {most / 1e6:,.0f} MB is used"
    cure = "Raise maxmemory (deploy/capacity.md): when it is full, nobody can be asked."
    if used / most >= MEMORY_FAIL:
        yield fail("Redis memory", found, cure)
    elif used / most >= MEMORY_WARN:
        yield warn("Redis memory", found, cure)
    elif policy == "noeviction":
        yield ok("Redis memory", found)
