"""What keeps a process from its Redis is said in one sentence: address, certificate, login."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.ports import StoreUnavailable
from streams.components import Component
from streams.local.ports import free_ports
from streams.redis_url import parse
from streams.settings import Settings, SettingsError
from streams.store import RedisClient
from streams.store.redis_check import RedisProblem, problem_with
from streams.store.redis_target import RedisTarget, target_of, target_of_url
from tests.support.redis_servers import behind_tls
from tests.support.self_signed import self_signed
from tests.support.stack import PASSWORD


async def problem(target: RedisTarget) -> RedisProblem:
    # In a thread: the server's TLS runs in this event loop.
    found = await asyncio.to_thread(problem_with, target, Component.WORKER)
    assert found is not None
    assert found.cure
    assert PASSWORD not in found.message
    return found


@pytest.fixture
async def target(redis_url: str, tmp_path: Path) -> AsyncIterator[RedisTarget]:
    cert, key = self_signed(tmp_path, "redis")
    async with behind_tls(parse(redis_url).hosts[0][1], cert, key) as port:
        yield RedisTarget(url=parse(f"rediss://127.0.0.1:{port}/0"), user="komek-worker", password=PASSWORD, ca=cert)


async def test_everything_works_by_tls(target: RedisTarget) -> None:
    link = RedisClient(target)

    assert (await link.run([("PING",)])) == [b"PONG"]
    await link.close()


@pytest.mark.parametrize("change", [{"password": "wrong"}, {"user": "nobody"}, {"user": "", "password": "wrong"}])
async def test_a_refused_login_is_a_refusal(target: RedisTarget, change: dict[str, str]) -> None:
    found = await problem(replace(target, **change))  # type: ignore[arg-type]

    assert found.is_refusal
    assert "refuses the login of the user" in found.message


async def test_an_unknown_ca_is_a_refusal(target: RedisTarget, tmp_path: Path) -> None:
    other, _ = self_signed(tmp_path, "other")

    for one in (replace(target, ca=other), replace(target, ca=None)):
        found = await problem(one)
        assert found.is_refusal
        assert "shows a certificate that is not trusted or names another host" in found.message
        with pytest.raises(StoreUnavailable, match="its certificate is not accepted"):
            await RedisClient(one).run([("PING",)])


async def test_a_ca_of_ours_replaces_those_of_the_system(
    target: RedisTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """redis-py would trust both: any public CA could then vouch for a stranger."""
    assert target.ca is not None
    monkeypatch.setenv("SSL_CERT_FILE", str(target.ca))
    other, _ = self_signed(tmp_path, "other")

    by_system, by_ours = RedisClient(replace(target, ca=None)), RedisClient(replace(target, ca=other))

    assert await by_system.run([("PING",)]) == [b"PONG"]
    with pytest.raises(StoreUnavailable, match="its certificate is not accepted"):
        await by_ours.run([("PING",)])
    assert (await problem(replace(target, ca=other))).is_refusal
    await by_system.close()
    await by_ours.close()


async def test_a_certificate_for_another_host_is_a_refusal(redis_url: str, tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path, "elsewhere", "redis.example")
    async with behind_tls(parse(redis_url).hosts[0][1], cert, key) as port:
        found = await problem(RedisTarget(url=parse(f"rediss://127.0.0.1:{port}"), ca=cert))

    assert found.is_refusal
    assert "IP address mismatch" in found.message


async def test_a_server_without_tls_is_suspected(redis_url: str) -> None:
    """Redis waits for the rest of what it takes for a command, so it cannot be told from one that is slow."""
    found = await problem(target_of_url(redis_url.replace("redis://", "rediss://")))

    assert not found.is_refusal
    assert "redis:// instead of rediss://" in found.cure


async def test_a_client_certificate_that_is_required_is_shown(redis_url: str, tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path, "redis")
    mine, my_key = self_signed(tmp_path, "mine")
    async with behind_tls(parse(redis_url).hosts[0][1], cert, key, ca=mine) as port:
        url = parse(f"rediss://127.0.0.1:{port}")
        with_it = RedisClient(RedisTarget(url=url, ca=cert, cert=mine, key=my_key))
        assert await with_it.run([("PING",)]) == [b"PONG"]
        await with_it.close()
        found = await problem(RedisTarget(url=url, ca=cert))

    assert "do not agree on TLS" in found.message or "does not answer" in found.message


async def test_nobody_there_may_come_later() -> None:
    (port,) = free_ports(1)

    for url in (f"redis://127.0.0.1:{port}", f"redis+sentinel://127.0.0.1:{port}/komek"):
        found = await problem(target_of_url(url))
        assert not found.is_refusal
        assert f"127.0.0.1:{port}" in found.message


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"redis": "redis://a:b@cache", "redis_user": "c", "redis_password": "d"}, "not in both"),
        ({"redis": "redis://cache", "redis_user": "c"}, "KOMEK_REDIS_USER: expected KOMEK_REDIS_PASSWORD"),
        ({"redis": "redis://cache", "redis_sentinel_password": "c"}, "redis[+]sentinel"),
        (
            {"redis": "redis://cache", "redis_ca": Path("ca.pem")},
            "KOMEK_REDIS_CA: expected KOMEK_REDIS with the scheme rediss",
        ),
        (
            {"redis": "rediss://cache", "redis_ca": Path("missing.pem")},
            "KOMEK_REDIS_CA='missing.pem': expected a readable",
        ),
        (
            {"redis": "rediss://cache", "redis_cert": Path("c.pem")},
            "KOMEK_REDIS_CERT and KOMEK_REDIS_KEY: expected both",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_named(settings: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        target_of(Settings(**settings))  # type: ignore[arg-type]


def test_user_and_password_come_from_the_url_or_from_settings() -> None:
    by_url = target_of(Settings(redis="redis://api:secret@cache"))
    by_settings = target_of(Settings(redis="redis://cache", redis_user="api", redis_password="secret"))

    assert (by_url.user, by_url.password) == (by_settings.user, by_settings.password) == ("api", "secret")
    assert "secret" not in repr(by_settings)
