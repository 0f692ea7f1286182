"""Drills about what is stored: unreadable records, broken files, missing keys, refused ways, Redis behind the log."""

from collections.abc import Callable, Iterator
from pathlib import Path

import redis
from kafka import KafkaProducer

from dispatch.assistant.hint_kinds import HintTask
from streams import clock, redis_keys, wire
from streams.readers.assistant_modes import own_key
from streams.store import ways
from streams.topics import ASSISTANT, INCIDENTS
from streams.wire.hint_records import Mode, ModeRecord
from tests.support.desk import ZONE
from tests.support.drills import WORKERS, Fault, Ground, drill, nothing, stopped, under_way
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack


@drill("dead_lettered_incident")
def _unreadable(at: Ground) -> Iterator[Fault]:
    producer = KafkaProducer(bootstrap_servers=at.komek.kafka, enable_idempotence=False, acks="all")
    producer.send(INCIDENTS.name, key=ZONE.encode(), value=b"\xff{no json").get(timeout=60)
    producer.close()
    fault = Fault(nothing)
    yield fault


@drill("void_events")
def _void(at: Ground) -> Iterator[Fault]:
    incident, _ = under_way(at.town)
    member = f"decision|{clock.fresh_id()}"
    with redis.Redis.from_url(at.komek.redis) as client:
        client.zadd(redis_keys.VOIDS, {member: clock.now_ms()})
        yield Fault(lambda: _forgotten(at.komek, member), {"INCIDENT": incident})


def _forgotten(komek: WholeStack, member: str) -> None:
    with redis.Redis.from_url(komek.redis) as client:
        client.zrem(redis_keys.VOIDS, member)


@drill("projection_behind")
def _behind(at: Ground) -> Iterator[Fault]:
    """Workers stand still, and Redis says that it lacks the last decision."""
    incident = at.town.report()
    until(lambda: at.town.incident(incident)["status"] != "reported")
    goes_on = stopped(at.komek, *WORKERS)
    with redis.Redis.from_url(at.komek.redis) as client:
        keys = [key for number in range(8) if client.exists(key := redis_keys.progress(number))]
        applied = {key: client.hget(key, "applied") for key in keys}
        key = max((one for one in keys if int(applied[one] or -1) >= 0), key=lambda one: int(applied[one] or -1))
        client.hset(key, "applied", int(applied[key] or 0) - 1)

    def mended() -> None:
        with redis.Redis.from_url(at.komek.redis) as client:
            client.hset(key, "applied", applied[key] or 0)
        goes_on()

    yield Fault(mended)


def _broken(path: Path) -> Callable[[], None]:
    before = path.read_bytes()
    path.write_bytes(b"{no json")
    return lambda: _restored(path, before)


def _restored(path: Path, content: bytes) -> None:
    path.write_bytes(content)


@drill("token_keys_refused")
def _bad_token_keys(at: Ground) -> Iterator[Fault]:
    at.komek.token("operator")  # the test signs with the keys of before
    yield Fault(_broken(at.komek.data / "jwt-keys.json"))


@drill("data_keys_refused")
def _bad_ring(at: Ground) -> Iterator[Fault]:
    yield Fault(_broken(at.komek.data / "data-keys.json"))


@drill("data_key_missing")
def _lacking(at: Ground) -> Iterator[Fault]:
    """A key was added and declared, and this ring is an older copy."""
    ring = at.komek.data / "data-keys.json"
    before = ring.read_bytes()
    done = at.komek.run("keys", "add")
    assert done.returncode == 0, done.stderr
    whole = ring.read_bytes()
    fault = Fault(lambda: _restored(ring, whole))
    ring.write_bytes(before)
    yield fault


@drill("way_failing")
def _refused(at: Ground) -> Iterator[Fault]:
    def told(code: str | None) -> None:
        flat = ways.state_fields("sms", code, clock.now_ms())
        with redis.Redis.from_url(at.komek.redis) as client:
            client.hset(redis_keys.ways(ways.NOW), mapping=dict(zip(flat[::2], flat[1::2], strict=True)))

    told("http_401")
    yield Fault(lambda: told(None))


@drill("assistant_below_floor")
def _shadow(at: Ground) -> Iterator[Fault]:
    task, language = HintTask.VERIFY_REPORT, "kk"
    key = own_key(task, language)
    record = ModeRecord(
        mode=Mode.SHADOW, by="assistant", at_ms=clock.now_ms(), task=task, language=language, reason="below_floor"
    )
    _sent(at.komek, key, wire.encode(record))
    yield Fault(lambda: _sent(at.komek, key, None))


def _sent(komek: WholeStack, key: str, value: bytes | None) -> None:
    producer = KafkaProducer(bootstrap_servers=komek.kafka, enable_idempotence=False, acks="all")
    headers = wire.headers("assistant.mode", clock.fresh_id(), "/komek/drill")
    producer.send(ASSISTANT.name, key=key.encode(), value=value, headers=headers).get(timeout=60)
    producer.close()
