"""The file that KOMEK_DATA_KEYS names: JSON `{"keys": [{"id", "use", "state", "key"}]}`, readable by its owner only.

`key` is base64url of 32 bytes; `id` may be left out, because it is derived from the key. A component needs only the keys of its
work (`deploy/.env.example`), so a file without digest or session keys is valid.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from dispatch.model.plain_reason import plain_reason
from streams import private_file
from streams.ring.key_ring import KEY_BYTES, BadRing, KeyRing, KeyState, KeyUse, RingKey, id_of

MAX_BYTES = 64 * 1024
Word = TypeVar("Word", bound=StrEnum)
_FIELDS = {"id", "use", "state", "key"}


def read_ring(path: Path) -> tuple[bytes, KeyRing]:
    """The content of the file, and its ring.

    Raises:
        BadRing: it is missing, readable by other users, or no ring; the message names the file and what was expected.
    """
    try:
        # Whoever reads it reads every private record.
        content = private_file.read_bytes(path, MAX_BYTES + 1)
    except OSError as error:
        raise BadRing(f"KOMEK_DATA_KEYS={path}: cannot be read: {plain_reason(error)}") from error
    if len(content) > MAX_BYTES:
        raise BadRing(f"KOMEK_DATA_KEYS={path}: expected at most {MAX_BYTES // 1024} KiB")
    try:
        return content, parse_ring(content)
    except BadRing as error:
        raise BadRing(f"KOMEK_DATA_KEYS={path}: {error}") from error


def parse_ring(content: bytes) -> KeyRing:
    """The ring that a file's content states. Raises BadRing; the message never contains a key."""
    try:
        found = json.loads(content)
    except ValueError:
        raise BadRing('expected JSON: {"keys": [{"use", "state", "key"}, …]}') from None
    entries = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(entries, list) or not entries:
        raise BadRing('expected an object with a list "keys" that is not empty')
    return KeyRing([_key_of(number, entry) for number, entry in enumerate(entries)])


def write_ring(path: Path, ring: KeyRing) -> None:
    """Replaces the file at once, with mode 0600. Raises OSError."""
    entries = [
        {"id": key.id, "use": key.use, "state": key.state, "key": base64.urlsafe_b64encode(key.key).decode()}
        for key in ring.keys
    ]
    # On the disk at once: a ring that is lost with the power loses what was sealed under its newest key.
    private_file.replace(path, f"{json.dumps({'keys': entries}, indent=2)}\n".encode())


def _key_of(number: int, entry: Any) -> RingKey:
    where = f"keys[{number}]"
    if not isinstance(entry, Mapping) or not set(entry) <= _FIELDS:
        raise BadRing(f"{where}: expected an object with the fields {', '.join(sorted(_FIELDS))}")
    use = _one_of(KeyUse, entry.get("use"), f"{where}.use")
    state = _one_of(KeyState, entry.get("state"), f"{where}.state")
    key = _bytes_of(entry.get("key"), f"{where}.key")
    stated = entry.get("id", id_of(use, key))
    if stated != id_of(use, key):
        raise BadRing(f"{where}.id: expected {id_of(use, key)}, which is derived from the key of the entry")
    return RingKey(id=stated, use=use, state=state, key=key)


def _one_of(kind: type[Word], value: Any, where: str) -> Word:
    try:
        return kind(value)
    except ValueError:
        raise BadRing(f"{where}: expected one of {', '.join(kind)}") from None


def _bytes_of(value: Any, where: str) -> bytes:
    expected = f"{where}: expected {KEY_BYTES} bytes as base64url (43 or 44 characters)"
    if not isinstance(value, str):
        raise BadRing(expected)
    try:
        key = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadRing(expected) from None
    if len(key) != KEY_BYTES:
        raise BadRing(expected)
    return key
