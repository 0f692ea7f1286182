"""The grammar of KOMEK_REDIS: one server, or Sentinels that know which server is the master.

    redis://[user:password@]host[:6379][/db]                              one server
    rediss://…                                                           the same by TLS
    unix://[user:password@]/path[?db=N]                                  one server by a unix socket
    redis+sentinel://[user:password@]host[:26379],host2/master-name[/db]  the master that these Sentinels name
    rediss+sentinel://…                                                  the same, Sentinels and master both by TLS

User and password are those of Redis, percent-encoded; Sentinels have their own (KOMEK_REDIS_SENTINEL_USER and _PASSWORD). Options
after `?` are refused: among those of redis-py are some that switch verification off.
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel")
_EXPECTED = (
    "redis://host:6379/0, rediss://… (TLS), unix:///path, or redis+sentinel://host:26379,host2:26379/master-name/0 "
    "(rediss+sentinel: TLS)"
)
_PORT, _SENTINEL_PORT = 6379, 26379


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisUrl:
    """`hosts`: the server, or the Sentinels; empty for a unix socket. `master`: the name that the Sentinels know it by."""

    hosts: tuple[tuple[str, int], ...]
    path: str = ""
    master: str = ""
    db: int = 0
    tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """Where it is, without user and password, for messages."""
        if self.path:
            return f"unix:{self.path}"
        hosts = ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.hosts)
        return f"{hosts} (master {self.master})" if self.master else hosts


def parse(url: str) -> RedisUrl:
    """Raises ValueError with what is expected."""
    try:
        return _parsed(url)
    except ValueError as error:
        raise ValueError(str(error) or _EXPECTED) from None


def _parsed(url: str) -> RedisUrl:
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or parts.fragment:
        raise ValueError(_EXPECTED)
    logins, _, place = parts.netloc.rpartition("@")
    user, _, password = logins.partition(":")
    if parts.scheme == "unix":
        asked = parse_qs(parts.query, strict_parsing=bool(parts.query))
        db = asked.pop("db", ["0"])[0]
        if place or not parts.path or asked:
            raise ValueError("unix:///path or unix:///path?db=0")
        return RedisUrl(hosts=(), path=unquote(parts.path), db=_db(db), user=unquote(user), password=unquote(password))
    if parts.query:
        raise ValueError("no options after `?`: TLS files, user and password have settings of their own")
    by_sentinel = parts.scheme.endswith("+sentinel")
    segments = [unquote(segment) for segment in parts.path.split("/")[1:] if segment]
    master = segments.pop(0) if by_sentinel and segments else ""
    if by_sentinel and not master:
        raise ValueError("the name of the master after the Sentinels, like redis+sentinel://host:26379/mymaster/0")
    if len(segments) > 1 or (not by_sentinel and "," in place):
        raise ValueError(_EXPECTED)
    return RedisUrl(
        hosts=tuple(_host(one, _SENTINEL_PORT if by_sentinel else _PORT) for one in place.split(",")),
        master=master,
        db=_db(segments[0] if segments else "0"),
        tls=parts.scheme.startswith("rediss"),
        user=unquote(user),
        password=unquote(password),
    )


def _host(text: str, default_port: int) -> tuple[str, int]:
    found = urlsplit(f"//{text}")
    if not found.hostname or found.path or found.port == 0:
        raise ValueError(_EXPECTED)
    return found.hostname, found.port or default_port


def _db(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("a number of a database after the last /")
    return int(text)
