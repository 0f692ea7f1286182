"""The users of Redis: one table, enough rights for each component, and nothing more. By TLS, as in production.

That the rights suffice for everything is shown by the whole suite: `worlds.RedisWorld` works as these users.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis.exceptions import NoPermissionError

from streams import redis_keys
from streams.components import Component
from streams.redis_url import parse
from streams.store import RedisClient
from streams.store.redis_check import problem_with
from streams.store.redis_target import RedisTarget
from streams.store.redis_users import KNOWN, RIGHTS, acl_file, commands_in, rule_of, user_of, users
from streams.store.scripts import PARTS, source_of
from tests.support.redis_servers import behind_tls, server_with_users
from tests.support.self_signed import self_signed

ROOT = Path(__file__).parents[2]
PASSWORD = "secret"
HASHES = {name: hashlib.sha256(PASSWORD.encode()).hexdigest() for name, _, _ in users()}


@pytest.fixture(scope="module")
def plain_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    admin = f"user tests on >{PASSWORD} ~* &* +@all\n"
    with server_with_users(tmp_path_factory.mktemp("users"), acl_file(HASHES) + admin) as port:
        yield port


@pytest.fixture
async def target(plain_port: int, tmp_path: Path) -> AsyncIterator[RedisTarget]:
    """By TLS; the user is still to be named."""
    cert, key = self_signed(tmp_path, "redis")
    async with behind_tls(plain_port, cert, key) as port:
        yield RedisTarget(url=parse(f"rediss://127.0.0.1:{port}/0"), password=PASSWORD, ca=cert)


def as_user(target: RedisTarget, name: str) -> RedisTarget:
    return replace(target, user=name)


async def refused(target: RedisTarget, component: Component, *command: str) -> bool:
    link = RedisClient(as_user(target, user_of(component)))
    try:
        with pytest.raises(NoPermissionError):
            await link.run([command])
    finally:
        await link.close()
    return True


@pytest.mark.parametrize("component", Component)
async def test_each_component_finds_what_it_needs(target: RedisTarget, component: Component) -> None:
    assert await found(as_user(target, user_of(component)), component) is None


EVERYBODY = (
    ("FLUSHALL",),
    ("FLUSHDB",),
    ("CONFIG", "GET", "*"),
    ("KEYS", "*"),
    ("ACL", "LIST"),
    ("MODULE", "LIST"),
)
CLAIM, INCIDENT, DECIDED = redis_keys.PENDING_CLAIMS, redis_keys.incident("i"), redis_keys.command("c")


@pytest.mark.parametrize(
    ("component", "command"),
    [
        *((component, command) for component in Component for command in EVERYBODY),
        # The API changes no claim that is pending, no incident, and nothing that says what was decided or rebuilt.
        (Component.API, ("ZREM", CLAIM, "v-1|o-1")),
        (Component.API, ("SET", INCIDENT, "{}")),
        (Component.API, ("DEL", INCIDENT)),
        (Component.API, ("DEL", DECIDED)),
        (Component.API, ("HSET", redis_keys.progress(0), "applied", "9")),
        (Component.API, ("SET", redis_keys.ready("x"), "1")),
        (Component.API, ("DEL", redis_keys.REBUILD_LOCK)),
        (Component.API, ("SCAN", "0")),
        (Component.API, ("SET", "another", "1")),
        # The worker stays among the keys of Komek.
        (Component.WORKER, ("SET", "another", "1")),
        (Component.WORKER, ("GET", "another")),
        # The notifier reads whom it reaches, and nothing of incidents or of the rest of `private`.
        (Component.NOTIFIER, ("SET", INCIDENT, "{}")),
        (Component.NOTIFIER, ("GET", INCIDENT)),
        (Component.NOTIFIER, ("GET", redis_keys.private("volunteer:v-1"))),
        (Component.NOTIFIER, ("HSET", redis_keys.volunteer("v-1"), "du", "1")),
        (Component.NOTIFIER, ("EVALSHA", "0" * 40, "0")),
        # The operator's CLI rebuilds; it does not claim.
        (Component.OPERATOR, ("HINCRBY", redis_keys.volunteer("v-1"), "ce", "1")),
        (Component.OPERATOR, ("SET", "another", "1")),
        # A monitoring system sees figures of the server and no person.
        (Component.MONITOR, ("HGETALL", redis_keys.volunteer("v-1"))),
        (Component.MONITOR, ("SET", INCIDENT, "{}")),
        (Component.MONITOR, ("CLIENT", "LIST")),
        # A backup is of the log: nothing of Redis is its business.
        (Component.BACKUP, ("GET", INCIDENT)),
        (Component.BACKUP, ("HGETALL", redis_keys.volunteer("v-1"))),
        (Component.BACKUP, ("SCAN", "0")),
        (Component.BACKUP, ("INFO", "server")),
        (Component.BACKUP, ("SET", "another", "1")),
        (Component.BACKUP, ("REPLCONF", "listening-port", "1")),
        (Component.BACKUP, ("SYNC",)),
        (Component.BACKUP, ("BGSAVE",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
async def test_nothing_else_is_let_through(target: RedisTarget, component: Component, command: tuple[str, ...]) -> None:
    assert await refused(target, component, *command)


async def test_a_right_that_was_taken_away_is_named(target: RedisTarget) -> None:
    admin = RedisClient(as_user(target, "tests"))
    rule = rule_of(RIGHTS[Component.WORKER])
    await admin.run([("ACL SETUSER", "komek-worker", "-geosearch")])
    try:
        problem = await found(as_user(target, user_of(Component.WORKER)), Component.WORKER)
    finally:
        await admin.run([("ACL SETUSER", "komek-worker", *rule.split())])
        await admin.close()

    assert problem is not None
    assert "does not let the user komek-worker do what worker needs: GEOSEARCH komek:probe" in problem


async def test_the_check_at_start_leaves_no_trace(target: RedisTarget) -> None:
    admin = RedisClient(as_user(target, "tests"))
    await admin.run([("FLUSHALL",), ("ACL LOG", "RESET")])

    for component in Component:
        await found(as_user(target, user_of(component)), component)
    (size,), (log,) = await admin.run([("DBSIZE",)]), await admin.run([("ACL LOG",)])
    await admin.close()

    assert (size, log) == (0, [])


async def found(target: RedisTarget, component: Component) -> str | None:
    """What keeps the component from working, in a thread: the server's TLS runs in this event loop."""
    problem = await asyncio.to_thread(problem_with, target, component)
    assert problem is None or problem.is_refusal
    return problem.message if problem else None


def test_the_file_is_as_the_table_states() -> None:
    """`komek redis users > deploy/redis-users.acl` writes it."""
    assert (ROOT / "deploy" / "redis-users.acl").read_text("utf-8") == acl_file({})


def test_every_command_of_the_store_is_in_the_table() -> None:
    rooms = [path for room in ("store", "rebuild", "monitoring") for path in (ROOT / "streams" / room).rglob("*.py")]
    rooms = [path for path in rooms if path.name not in ("redis_users.py", "redis_check.py", "redis_client.py")]
    sent = {word for path in rooms for word in re.findall(r'\("([A-Z]{3,})",', path.read_text("utf-8"))}
    called = {word for name in PARTS for word in re.findall(r"call\('([A-Z]+)'", source_of(name))}

    assert sent | called <= KNOWN
    assert all(commands_in(name) for name in PARTS)
    needed = frozenset[str]().union(*(rights.needed for rights in RIGHTS.values()))
    assert needed | {"PING"} >= sent | called


def test_a_password_is_never_printed() -> None:
    assert PASSWORD not in acl_file(HASHES)
    assert acl_file({}).count("<SHA-256-of-the-password-of-") == len(HASHES)
