"""What KOMEK_REDIS may say."""

import pytest

from streams.redis_url import RedisUrl, parse


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://127.0.0.1:6379/0", RedisUrl(hosts=(("127.0.0.1", 6379),))),
        ("redis://cache", RedisUrl(hosts=(("cache", 6379),))),
        ("redis://[::1]:7000/3", RedisUrl(hosts=(("::1", 7000),), db=3)),
        ("rediss://cache/", RedisUrl(hosts=(("cache", 6379),), tls=True)),
        # Reserved characters of a password are percent-encoded.
        ("redis://api:p%40s%2Fs@cache", RedisUrl(hosts=(("cache", 6379),), user="api", password="p@s/s")),
        # A password without a user is that of the default user.
        ("redis://:secret@cache", RedisUrl(hosts=(("cache", 6379),), password="secret")),
        ("unix:///run/redis.sock?db=2", RedisUrl(hosts=(), path="/run/redis.sock", db=2)),
        (
            "unix://api:secret@/run/redis.sock",
            RedisUrl(hosts=(), path="/run/redis.sock", user="api", password="secret"),
        ),
        (
            "redis+sentinel://one:26379,two,[::1]:5000/komek",
            RedisUrl(hosts=(("one", 26379), ("two", 26379), ("::1", 5000)), master="komek"),
        ),
        (
            "rediss+sentinel://api:secret@one/komek/4",
            RedisUrl(hosts=(("one", 26379),), master="komek", db=4, tls=True, user="api", password="secret"),
        ),
    ],
)
def test_a_url_is_read(url: str, expected: RedisUrl) -> None:
    assert parse(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://cache",
        "cache:6379",
        "redis://",
        "redis://one,two/0",
        "redis://cache:port",
        "redis://cache:70000",
        "redis://cache/zero",
        "redis://cache/0/1",
        "redis://[::1",
        # Options of redis-py that would switch verification off.
        "rediss://cache/0?ssl_cert_reqs=none",
        "rediss://cache/0#x",
        "unix:///run/redis.sock?password=secret",
        "unix://",
        "redis+sentinel://one:26379",
        "redis+sentinel://one:26379/komek/0/1",
        "redis+sentinel:///komek",
    ],
)
def test_what_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=".+"):
        parse(url)


def test_what_is_shown_holds_no_password() -> None:
    for url in ("rediss://api:secret@cache/1", "redis+sentinel://api:secret@one,two/komek", "unix://a:secret@/run/r"):
        assert "secret" not in parse(url).shown + repr(parse(url))
