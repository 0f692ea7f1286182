"""The keys of a ring, and everything that is derived from them.

A key has one use: `data` encrypts private records, `digest` keys the digests of client data, `session` signs the sessions of
people. One key of a use is active: it makes new values. Accepted keys only read. The id of a key is derived from it, so an id
names one key and a wrong key cannot carry the id of another.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from streams.errors import InvalidInput, RetryLater

KEY_BYTES = 32
ID = re.compile(r"(data|digest|session)-[0-9a-f]{12}")
_ID_BYTES = 6
_CHECK_BYTES = 16


class KeyUse(StrEnum):
    DATA = "data"  # AES-256-GCM of private records
    DIGEST = "digest"  # HMAC of client data (`streams/wire/client_digests.py`)
    SESSION = "session"  # signatures of sessions


class KeyState(StrEnum):
    ACTIVE = "active"  # makes new values and reads old ones; one of each use
    ACCEPTED = "accepted"  # only reads
    RETIRED = "retired"  # not used; kept in the file until an operator deletes the entry


class BadRing(InvalidInput, ValueError):
    """A ring or its file cannot be used; the message says what was expected."""


class KeyMissing(RetryLater):
    """The ring holds no key that may make a value of this use. The same call succeeds once the ring holds one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingKey:
    """`key`: 32 bytes. `id` is that of `id_of`."""

    id: str
    use: KeyUse
    state: KeyState
    key: bytes = field(repr=False)

    @property
    def check(self) -> str:
        """32 hex digits that are derived from the key, reveal nothing of it and differ for every key and use."""
        return derived(self.key, f"komek ring check {self.use}", _CHECK_BYTES).hex()


def id_of(use: KeyUse, key: bytes) -> str:
    """`<use>-<12 hex digits>`, derived from the key."""
    return f"{use}-{derived(key, f'komek ring id {use}', _ID_BYTES).hex()}"


def derived(key: bytes, info: str, size: int) -> bytes:
    """HKDF-SHA-256 (RFC 5869) without salt."""
    return HKDF(algorithm=SHA256(), length=size, salt=None, info=info.encode()).derive(key)


def extracted(key: bytes) -> bytes:
    """The first step of HKDF: 32 bytes from which every digest key can be expanded, but not the key itself."""
    return hmac.digest(bytes(KEY_BYTES), key, "sha256")


def expanded(extract: bytes, info: str, size: int) -> bytes:
    """The second step of HKDF: `expanded(extracted(key), info, size) == derived(key, info, size)`."""
    return HKDFExpand(algorithm=SHA256(), length=size, info=info.encode()).derive(extract)


def new_key(use: KeyUse, state: KeyState, key: bytes) -> RingKey:
    """A key with the id that belongs to it."""
    return RingKey(id=id_of(use, key), use=use, state=state, key=key)


class KeyRing:
    """Keys by id. Immutable. At most one key of each use is active, and only one digest key may be in use."""

    __slots__ = ("_by_id", "keys")

    def __init__(self, keys: Sequence[RingKey]) -> None:
        """Raises BadRing: ids that occur twice or belong to another key, or two active keys of one use."""
        self.keys = tuple(keys)
        self._by_id = {key.id: key for key in keys}
        if len(self._by_id) < len(self.keys):
            raise BadRing("keys: expected each id once")
        for key in self.keys:
            if key.id != id_of(key.use, key.key):
                raise BadRing(
                    f"keys: {key.id}: expected the id {id_of(key.use, key.key)}, which is derived from the key"
                )
        for use in KeyUse:
            active = [key.id for key in self.keys if key.use is use and key.state is KeyState.ACTIVE]
            if len(active) > 1:
                raise BadRing(f"keys: expected one active {use} key, found {', '.join(active)}")
        digests = [key.id for key in self._in_use(KeyUse.DIGEST)]
        if len(digests) > 1:
            # Two digest keys would give one request two command ids, so a repeat would take effect twice (DESIGN 125).
            raise BadRing(f"keys: expected one digest key, found {', '.join(digests)}")

    @classmethod
    def of_key(cls, data_key: bytes) -> "KeyRing":
        """The ring that KOMEK_DATA_KEY alone stands for: the data key, and a digest and a session key derived from it."""
        return _ring_of_key(bytes(data_key))

    def get(self, key_id: str) -> RingKey | None:
        """The key of an id, whatever its state."""
        return self._by_id.get(key_id)

    def active(self, use: KeyUse) -> RingKey:
        """The key that makes new values. Raises KeyMissing."""
        for key in self.keys:
            if key.use is use and key.state is KeyState.ACTIVE:
                return key
        raise KeyMissing(f"the key ring holds no active {use} key")

    def readers(self, use: KeyUse) -> tuple[RingKey, ...]:
        """The keys that read values of this use, the active one first."""
        return tuple(sorted(self._in_use(use), key=lambda key: key.state is not KeyState.ACTIVE))

    def purpose_key(self, purpose: str) -> bytes:
        """32 bytes for one purpose, such as `session`, derived from the active session key. Raises KeyMissing."""
        return _purpose_key(self.active(KeyUse.SESSION).key, purpose)

    def purpose_keys(self, purpose: str) -> tuple[bytes, ...]:
        """As `purpose_key`, of every session key that is in use, the active one first: what an accepted one signed is valid."""
        return tuple(_purpose_key(key.key, purpose) for key in self.readers(KeyUse.SESSION))

    def data_purpose_keys(self, purpose: str) -> tuple[bytes, ...]:
        """As `purpose_keys`, derived from the data keys: for processes that open private records and must not log anybody in."""
        return tuple(_purpose_key(key.key, purpose) for key in self.readers(KeyUse.DATA))

    @property
    def digest_key(self) -> bytes:
        """The key of `streams.wire.client_digests`. Raises KeyMissing."""
        return self.active(KeyUse.DIGEST).key

    def with_states(self, states: Mapping[str, KeyState]) -> "KeyRing":
        """The same keys with other states; those that are not named keep theirs, but only one key of a use stays active."""
        taken = {key.use for key in self.keys if states.get(key.id) is KeyState.ACTIVE}

        def state_of(key: RingKey) -> KeyState:
            if key.id in states:
                return states[key.id]
            return KeyState.ACCEPTED if key.state is KeyState.ACTIVE and key.use in taken else key.state

        return KeyRing([replace(key, state=state_of(key)) for key in self.keys])

    def _in_use(self, use: KeyUse) -> list[RingKey]:
        return [key for key in self.keys if key.use is use and key.state is not KeyState.RETIRED]


@lru_cache(maxsize=64)
def _purpose_key(session_key: bytes, purpose: str) -> bytes:
    return derived(session_key, f"komek purpose k1 {purpose}", KEY_BYTES)


@lru_cache(maxsize=8)
def _ring_of_key(data_key: bytes) -> KeyRing:
    # One secret, three keys. The digest key is the extract of the data key: digests stay what they were, and a ring file that
    # keeps it after the data key has been retired cannot decrypt anything with it.
    return KeyRing(
        [
            new_key(KeyUse.DATA, KeyState.ACTIVE, data_key),
            new_key(KeyUse.DIGEST, KeyState.ACTIVE, extracted(data_key)),
            new_key(KeyUse.SESSION, KeyState.ACTIVE, derived(data_key, "komek ring session", KEY_BYTES)),
        ]
    )
