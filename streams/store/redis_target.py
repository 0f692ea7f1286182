"""Where Redis is and how to log in, put together from the settings. `redis_connections.py` makes every client from it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from streams import client_tls
from streams.redis_url import RedisUrl, parse
from streams.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisTarget:
    """`url` as read from KOMEK_REDIS; user and password are those of the URL or of the settings, empty for none."""

    url: RedisUrl
    user: str = ""
    password: str = field(default="", repr=False)
    sentinel_user: str = ""
    sentinel_password: str = field(default="", repr=False)
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    @property
    def shown(self) -> str:
        """Where it is, without secrets."""
        return self.url.shown

    def sentinels(self) -> Iterator["RedisTarget"]:
        """Each Sentinel as a target of its own."""
        for place in self.url.hosts:
            yield RedisTarget(
                url=RedisUrl(hosts=(place,), tls=self.url.tls),
                user=self.sentinel_user,
                password=self.sentinel_password,
                ca=self.ca,
                cert=self.cert,
                key=self.key,
            )

    @property
    def login(self) -> str:
        """The user's name, for messages."""
        return self.user or "default"


def target_of_url(url: str) -> RedisTarget:
    """A target without TLS files. Raises ValueError with what is expected."""
    read = parse(url)
    return RedisTarget(url=read, user=read.user, password=read.password)


def target_of(settings: Settings) -> RedisTarget:
    """The Redis of the settings.

    Raises:
        SettingsError: KOMEK_REDIS is not set, or settings contradict each other; one line for each.
    """
    url = parse(settings.require_redis())
    if problems := list(_contradictions(settings, url)):
        raise SettingsError("\n".join(problems))
    return RedisTarget(
        url=url,
        user=url.user or settings.redis_user or "",
        password=url.password or settings.redis_password or "",
        sentinel_user=settings.redis_sentinel_user or "",
        sentinel_password=settings.redis_sentinel_password or "",
        ca=settings.redis_ca,
        cert=settings.redis_cert,
        key=settings.redis_key,
    )


def _contradictions(settings: Settings, url: RedisUrl) -> Iterator[str]:
    own_login = settings.redis_user or settings.redis_password
    if own_login and (url.user or url.password):
        yield "KOMEK_REDIS has a user or password: expected it there or in KOMEK_REDIS_USER and KOMEK_REDIS_PASSWORD, not in both"
    if settings.redis_user and not settings.redis_password:
        yield "KOMEK_REDIS_USER: expected KOMEK_REDIS_PASSWORD with it"
    if (settings.redis_sentinel_user or settings.redis_sentinel_password) and not url.master:
        yield "KOMEK_REDIS_SENTINEL_USER and _PASSWORD: expected KOMEK_REDIS with the scheme redis+sentinel or rediss+sentinel"
    if settings.redis_sentinel_user and not settings.redis_sentinel_password:
        yield "KOMEK_REDIS_SENTINEL_USER: expected KOMEK_REDIS_SENTINEL_PASSWORD with it"
    if (settings.redis_cert is None) != (settings.redis_key is None):
        yield "KOMEK_REDIS_CERT and KOMEK_REDIS_KEY: expected both or neither"
    files = {"ca": settings.redis_ca, "cert": settings.redis_cert, "key": settings.redis_key}
    if url.tls:
        try:
            client_tls.client_context(**files)
        except client_tls.BadPem as error:
            given = " and ".join(f"KOMEK_REDIS_{name.upper()}={str(files[name])!r}" for name in error.names)
            yield f"{given}: expected {error}"
    else:
        # A CA without TLS looks safe and is not.
        for name in (name for name, file in files.items() if file is not None):
            yield f"KOMEK_REDIS_{name.upper()}: expected KOMEK_REDIS with the scheme rediss or rediss+sentinel"
