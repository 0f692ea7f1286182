"""Whether Redis takes this process: address, certificate, login and rights, each problem in one sentence.

Run at start and by `komek doctor`. A Redis that does not answer may answer later; one that refuses the login, the certificate or
a command will not, so the process ends instead of trying for ever.
"""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import redis
from redis.exceptions import AuthenticationError, NoPermissionError
from redis.sentinel import MasterNotFoundError

from dispatch.model.plain_reason import plain_reason, root_reason
from streams.components import Component
from streams.store.redis_connections import blocking_client
from streams.store.redis_target import RedisTarget
from streams.store.redis_users import RIGHTS, WITHOUT_KEYS

_PROBED = "probe"
_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "BLPOP": ("1",),
    "CLIENT|TRACKING": ("off",),
    "EXPIRE": ("1",),
    "GEOADD": ("0", "0", "m"),
    "GEOSEARCH": ("FROMLONLAT", "0", "0", "BYRADIUS", "1", "m"),
    "GETRANGE": ("0", "0"),
    "HDEL": ("f",),
    "HEXISTS": ("f",),
    "HGET": ("f",),
    "HMGET": ("f",),
    "HINCRBY": ("f", "1"),
    "HSET": ("f", "v"),
    "INFO": ("server",),
    "LINDEX": ("0",),
    "LRANGE": ("0", "0"),
    "LREM": ("0", "v"),
    "PEXPIRE": ("1",),
    "PEXPIREAT": ("1",),
    "RPUSH": ("v",),
    "SADD": ("m",),
    "SCAN": ("0",),
    "SET": ("v",),
    "SMISMEMBER": ("m",),
    "SREM": ("m",),
    "SSCAN": ("0",),
    "ZADD": ("0", "m"),
    "ZCOUNT": ("0", "0"),
    "ZRANGE": ("0", "0"),
    "ZRANGEBYSCORE": ("0", "0"),
    "ZREM": ("m",),
    "ZREMRANGEBYRANK": ("0", "0"),
    "ZREMRANGEBYSCORE": ("0", "0"),
    "ZREVRANGE": ("0", "0"),
    "ZREVRANGEBYSCORE": ("0", "0"),
    "ZSCORE": ("m",),
}
"""What follows the key, or the command if it has no key: the right number of arguments. They are queued and never run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisProblem:
    """`is_refusal`: waiting does not help, somebody has to change a setting or a user."""

    message: str
    cure: str
    is_refusal: bool


def problem_with(target: RedisTarget, component: Component | None, *, timeout_s: float = 1.0) -> RedisProblem | None:
    """What keeps `component` from working with this Redis; None when nothing does. Changes nothing in Redis.

    `component` None: only whether it can be reached and takes the login. Blocks for some `timeout_s`.
    """
    if target.url.master and (problem := _problem_with_sentinels(target, timeout_s)):
        return problem
    try:
        with blocking_client(target, timeout_s=timeout_s) as client:
            refused = list(_refused(client, component)) if component else []
            if not component:
                client.ping()
    except (redis.RedisError, OSError) as error:
        return problem_of(error, target)
    if not refused:
        return None
    return RedisProblem(
        message=f"Redis at {target.shown} does not let the user {target.login} do what {component} needs: {', '.join(refused)}",
        cure="Load the users that `komek redis users` prints, or set KOMEK_REDIS_USER to the user of this component.",
        is_refusal=True,
    )


def _problem_with_sentinels(target: RedisTarget, timeout_s: float) -> RedisProblem | None:
    """None when one Sentinel answers and knows the master. Each is asked by itself: redis-py only says that none is of use."""
    problems: list[RedisProblem] = []
    for one in target.sentinels():
        try:
            with blocking_client(one, timeout_s=timeout_s) as client:
                known: Any = client.sentinel_masters()
        except (redis.RedisError, OSError) as error:
            found = problem_of(error, one)
            cure = found.cure.replace("REDIS_USER", "REDIS_SENTINEL_USER").replace("REDIS_PASS", "REDIS_SENTINEL_PASS")
            problems.append(replace(found, message=found.message.replace("Redis at", "The Sentinel at", 1), cure=cure))
            continue
        if target.url.master in known:
            return None
        problems.append(
            _refusal(
                f"The Sentinel at {one.shown} knows no master {target.url.master}, only {', '.join(sorted(known)) or 'none'}",
                "Correct the name of the master in KOMEK_REDIS.",
            )
        )
    return next((problem for problem in problems if problem.is_refusal), problems[0])


def _refused(client: "redis.Redis", component: Component) -> Iterator[str]:
    """Commands, with their keys, that the user may not run. Queued in a transaction that is discarded, so none of them runs."""
    connection: Any = client.connection_pool.get_connection()
    try:
        connection.send_command("MULTI")
        connection.read_response()
        for command in _probes(component):
            connection.send_command(*command)
            try:
                connection.read_response()
            except NoPermissionError:
                yield " ".join(command[:2])
        connection.send_command("DISCARD")
        connection.read_response()
    finally:
        client.connection_pool.release(connection)


def _probes(component: Component) -> Iterator[tuple[str, ...]]:
    rights = RIGHTS[component]
    read, *_ = [*rights.reads, *rights.writes, ""]
    for name in sorted(rights.needed):
        if name in WITHOUT_KEYS:
            # A subcommand is a word of its own on the wire.
            yield (name.replace("|", " "), *_ARGUMENTS.get(name, ()))
        else:
            # Written keys may be read too, so the first of them shows the right to both.
            key = (rights.writes or (read,))[0]
            yield (name, key.replace("*", _PROBED), *_ARGUMENTS.get(name, ()))
    for pattern in rights.reads:
        yield ("GET", pattern.replace("*", _PROBED))
    for pattern in rights.writes[1:]:
        yield ("DEL", pattern.replace("*", _PROBED))
    if rights.scripts:
        yield ("SCRIPT LOAD", "return 1")
        yield ("EVALSHA", "0" * 40, "0")


def problem_of(error: BaseException, target: RedisTarget) -> RedisProblem:
    """The problem behind an exception of a Redis client."""
    found = _causes(error)
    if any(isinstance(one, MasterNotFoundError) for one in found):
        cure = "The Sentinels say that it is down; they choose another within seconds. Else look at their logs."
        return RedisProblem(message=f"Redis at {target.shown} has no master now", cure=cure, is_refusal=False)
    if any(isinstance(one, NoPermissionError) for one in found):
        return _refusal(
            f"Redis at {target.shown} does not let the user {target.login} do what is needed: {error}",
            "Load the users that `komek redis users` prints.",
        )
    if any(isinstance(one, AuthenticationError) for one in found) or "NOAUTH" in str(error):
        return _refusal(
            f"Redis at {target.shown} refuses the login of the user {target.login}: wrong password, or no such user",
            "Set KOMEK_REDIS_USER and KOMEK_REDIS_PASSWORD (or _FILE).",
        )
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in found) or "CERTIFICATE_VERIFY_FAILED" in str(error):
        return _refusal(
            f"Redis at {target.shown} shows a certificate that is not trusted or names another host: {_last_words(error)}",
            "Set KOMEK_REDIS_CA to the certificates of its CA, and KOMEK_REDIS to a host that its certificate names.",
        )
    if any(isinstance(one, ssl.SSLError) for one in found) or "SSL" in str(error):
        return _refusal(
            f"Redis at {target.shown} and this process do not agree on TLS: {_last_words(error)}",
            "Use redis:// if it serves no TLS; set KOMEK_REDIS_CERT and KOMEK_REDIS_KEY if it wants a certificate.",
        )
    cure = "Start it, or correct KOMEK_REDIS. In a local stack look at redis.log in the folder logs of KOMEK_DATA."
    if target.url.tls:
        cure += " If it serves no TLS, use redis:// instead of rediss://."
    return RedisProblem(
        message=f"Redis at {target.shown} does not answer: {root_reason(error)}", cure=cure, is_refusal=False
    )


def _refusal(message: str, cure: str) -> RedisProblem:
    return RedisProblem(message=message, cure=cure, is_refusal=True)


def _causes(error: BaseException | None) -> list[BaseException]:
    """The exception and what it was raised from or during: redis-py wraps errors of TLS in its own."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _last_words(error: BaseException) -> str:
    found = next((one for one in reversed(_causes(error)) if isinstance(one, ssl.SSLError)), None)
    if isinstance(found, ssl.SSLCertVerificationError):
        return found.verify_message
    return str(error) if found is None else plain_reason(found)
