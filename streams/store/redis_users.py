"""The users of Redis: one table of what each component does there, the source of `deploy/redis-users.acl`
and of the check at start.

Commands inside a script are checked against the user who calls it, so what a script needs is read from its source. A component
may run the commands of its scripts and its own, on the keys listed for it, and nothing else: no KEYS, CONFIG, FLUSHALL, DEBUG.

What ACLs cannot say: Redis knows commands and keys, neither fields nor scripts. The API writes profiles through to the hashes of
people (DESIGN 112), and a claim is some fields of the same hash.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from dispatch.model.private_refs import channels_ref, message_ref, report_ref
from streams import redis_keys as keys
from streams.components import Component
from streams.store.scripts import PARTS, source_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


READS = _words(
    "EXISTS GEOSEARCH GET GETRANGE HEXISTS HGET HGETALL HKEYS HLEN HMGET HVALS LINDEX LRANGE MGET "
    "LLEN SCARD SMEMBERS SMISMEMBER SSCAN TTL ZCARD ZCOUNT ZRANGE ZRANGEBYSCORE ZREVRANGE ZREVRANGEBYSCORE ZSCORE"
)
WRITES = _words(
    "DEL EXPIRE GEOADD HDEL HINCRBY HSET PERSIST PEXPIRE PEXPIREAT RPUSH SADD SET SREM UNLINK ZADD ZREM "
    "ZREMRANGEBYRANK ZREMRANGEBYSCORE BLPOP LREM"
)
WITHOUT_KEYS = frozenset({"CLIENT|TRACKING", "HELLO", "INFO", "PING", "SCAN", "TIME"})
KNOWN = READS | WRITES | WITHOUT_KEYS
"""Every command of the store. A test finds those that the code sends and this list lacks."""

_CONNECTING = ("ping", "select", "client|setinfo", "client|setname", "multi", "discard")
"""For every client: the check at start queues commands and discards them, which tells of missing rights without any effect."""
_SCRIPTING = ("evalsha", "script|load")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """`scripts` and `commands` that the component sends; `reads` and `writes`: patterns of keys. `writes` includes reading."""

    about: str
    scripts: frozenset[str] = frozenset()
    commands: frozenset[str] = frozenset()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()

    @property
    def needed(self) -> frozenset[str]:
        """All commands, those inside the scripts included."""
        return self.commands.union(*(commands_in(script) for script in self.scripts))


_ALL = keys.PREFIX + "*"
_REBUILD = frozenset(name for name in PARTS if name.startswith("restore_")) | {
    "fixes",
    "lock",
    "mark_ready",
    "people",
    "private",
    "ready",
    "verifications",
}

RIGHTS: Mapping[Component, Rights] = {
    Component.API: Rights(
        about="reads what is shown; writes profiles, encrypted texts and the marks of requests",
        scripts=frozenset(
            {
                *("asked_lately", "find", "hazards", "inside", "load", "named", "near"),
                *("people", "people_cells", "private", "ready", "verifications"),
            }
        ),
        commands=_words(
            "BLPOP DEL EXISTS EXPIRE GET HGET HGETALL HKEYS HMGET HSET INFO LINDEX LLEN LRANGE LREM MGET "
            "RPUSH SCARD SET SMISMEMBER SSCAN TIME ZCARD ZCOUNT ZRANGE ZRANGEBYSCORE ZREVRANGE ZREVRANGEBYSCORE"
        ),
        reads=(_ALL,),
        writes=(
            keys.reported("*"),
            keys.answering("*"),
            keys.repeat("*"),
            keys.devices_of("*"),
            keys.reach_of("*"),
            keys.linking("*"),
            keys.here("*"),
            keys.offer_link("*"),
            keys.ASSISTANT_ASKED,
            keys.assistant_answer("*"),
            keys.volunteer("*"),
            keys.erased("*"),
            keys.verified("*"),
            keys.VERIFIED_UNTIL,
            keys.held_fix("*"),
            keys.private("*"),
            keys.offers_of("*"),
            keys.distress_incidents("*"),
            keys.field_index("*"),
            keys.engaged_index("*"),
            keys.digital_index("*", "*").removesuffix(":*"),
            keys.digital_engaged("*"),
            keys.FIXES,
            keys.HALVES,
            keys.ON_DUTY,
            keys.DUTY_ENDS,
            keys.DUTY_WARNINGS,
            keys.VOLUNTEERS,
            keys.TIMERS,
        ),
    ),
    Component.WORKER: Rights(
        about="applies decisions, claims people, rebuilds Redis from the log",
        scripts=frozenset(PARTS),
        # HELLO and CLIENT TRACKING: Redis tells the live index which people have changed.
        commands=READS | _words("CLIENT|TRACKING HELLO INFO SCAN TIME UNLINK"),
        writes=(_ALL,),
    ),
    Component.NOTIFIER: Rights(
        about="reads the sealed channels and the duty of the people it reaches; writes what became of notices",
        commands=_words("DEL EXPIRE GET HGETALL HINCRBY HMGET HSET SET"),
        reads=(keys.private(channels_ref("*")), keys.private(message_ref("*")), keys.volunteer("*")),
        writes=(keys.devices_of("*"), keys.reach_of("*"), keys.replying("*"), keys.offer_link("*"), keys.ways("*")),
    ),
    Component.ASSISTANT: Rights(
        about="reads the sealed texts of incidents; answers the API's questions about a text",
        commands=_words("BLPOP DEL EXPIRE GET RPUSH SET"),
        reads=(keys.private(report_ref("*")),),
        writes=(keys.ASSISTANT_ASKED, keys.assistant_answer("*"), keys.ASSISTANT_ALIVE),
    ),
    Component.OPERATOR: Rights(
        about="`komek rebuild`, `keys`, `retention check` and `doctor`",
        scripts=_REBUILD,
        commands=_words("HMGET INFO MGET SCAN SSCAN TTL UNLINK"),
        writes=(_ALL,),
    ),
    Component.MONITOR: Rights(
        about="a monitoring system: figures of the server, no keys", commands=frozenset({"INFO"})
    ),
    Component.BACKUP: Rights(
        about="exports are read from the log alone: it may log in, and read and write nothing here"
    ),
}

SERVERS: Mapping[str, tuple[str, str]] = {
    "komek-replica": ("a replica at its master (masteruser, masterauth)", "+psync +replconf +ping"),
    "komek-sentinel": (
        "Sentinels at the servers (sentinel auth-user, auth-pass)",
        "&* +multi +exec +slaveof +ping +subscribe +publish +config|rewrite +role +info +client|setname +client|kill "
        "+script|kill",
    ),
}
"""The servers themselves, as redis.io/docs/latest/operate/oss_and_stack/management/sentinel and …/replication require."""


def user_of(component: Component) -> str:
    """The user's name in `deploy/redis-users.acl`."""
    return f"komek-{component}"


def commands_in(script: str) -> frozenset[str]:
    """The commands that a script may call, by its source."""
    # Any quoted word: some commands are chosen by an expression. Words that are options of others do no harm here.
    return KNOWN & set(re.findall(r"'([A-Z]+)'", source_of(script)))


def rule_of(rights: Rights) -> str:
    """Keys and commands of a user in the syntax of ACL SETUSER."""
    named = [*_CONNECTING, *(_SCRIPTING if rights.scripts else ()), *sorted(map(str.lower, rights.needed))]
    patterns = [f"%R~{pattern}" for pattern in rights.reads] + [f"~{pattern}" for pattern in rights.writes]
    return " ".join([*patterns, "-@all", *(f"+{name}" for name in dict.fromkeys(named))])


def users() -> Iterator[tuple[str, str, str]]:
    """Name, purpose and rule of every user."""
    for component, rights in RIGHTS.items():
        yield user_of(component), rights.about, rule_of(rights)
    for name, (about, rule) in SERVERS.items():
        yield name, about, f"-@all {rule}"


def acl_file(hashes: Mapping[str, str], *, only: Collection[str] | None = None) -> str:
    """The file for `aclfile` of redis.conf. `hashes`: SHA-256 of the password (hex) by user, else a placeholder.

    `only`: the users to write; None: all.

    Redis does not start with a placeholder, so nobody is left without a password. It has no comments: Redis refuses them.
    """
    lines = ["user default off resetkeys resetchannels -@all"]
    for name, _, rule in users():
        if only is not None and name not in only:
            continue
        password = hashes.get(name, f"<SHA-256-of-the-password-of-{name}>")
        lines.append(f"user {name} on #{password} resetkeys resetchannels {rule}")
    return "\n".join(lines) + "\n"
