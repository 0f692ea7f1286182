"""The keys of a deployment in an export, only if asked for: the ring of data keys, the keys that sign tokens, the key of pushes.

Without them an import needs the ring from elsewhere: what `private` holds stays sealed as it was. With them, who has the export
and its key has everything; so the usual place of the keys is apart from the backups.
"""

import base64
from pathlib import Path

import msgspec

from dispatch.model.plain_reason import plain_reason
from streams.backup.backup_key import BackupKey
from streams.backup.documents import write_whole
from streams.backup.faults import BadBackup
from streams.settings import Settings

KEYS = "keys.sealed"
RING, TOKENS, PUSHES, SINGLE = "data-keys.json", "jwt-keys.json", "vapid-key.pem", "data-key"
"""Names as in the folder of a local stack, so an import can be made into one."""


def write_key_files(folder: Path, key: BackupKey, export_id: str, settings: Settings) -> None:
    """Raises BadBackup: a file that a setting names cannot be read, or there are no keys."""
    content = {
        name: _read(path)
        for name, path in ((RING, settings.data_keys), (TOKENS, settings.jwt_keys), (PUSHES, settings.vapid_key))
        if path is not None
    }
    if settings.data_key is not None:
        content[SINGLE] = _as_text(settings.data_key)
    if RING not in content and SINGLE not in content:
        raise BadBackup("there is no key ring to be exported", "Set KOMEK_DATA_KEYS, or leave out --with-keys.")
    write_whole(folder / KEYS, key.seal(f"{export_id}/{KEYS}", msgspec.msgpack.encode(content)))


def read_key_files(folder: Path, key: BackupKey, export_id: str) -> dict[str, bytes]:
    """By the name of the file. Raises BadBackup: the export holds none, or they are damaged."""
    try:
        sealed = (folder / KEYS).read_bytes()
    except OSError as error:
        raise BadBackup("this export holds no keys", "Take them from where they are kept (deploy/runbook).") from error
    found: dict[str, bytes] = msgspec.msgpack.decode(key.open(f"{export_id}/{KEYS}", sealed), type=dict[str, bytes])
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadBackup(
            f"{path} cannot be read: {plain_reason(error)}", "Run the export as a user who may read the keys."
        ) from error


def _as_text(key: bytes) -> bytes:
    return base64.urlsafe_b64encode(key).rstrip(b"=")
