"""Seals the files of an export under one secret: a passphrase, or the content of a key file.

The secret is stretched by scrypt (RFC 7914, 32 MB, some 0.1 s) with the salt of the export; HKDF-SHA-256 gives a key for parts
and a key for the MACs of documents. A part is AES-256-GCM with a random nonce; the export and the name of the part, which
contains topic, partition and offsets, are associated data: a part under another name, or of another export, cannot be opened. An
export has some ten thousand parts at most, far below the 2^32 messages that random nonces allow for one key.
"""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from dispatch.model.counted import counted
from streams.backup.faults import BadBackup

SALT_BYTES = 16
LEAST_CHARACTERS = 16
MAKES_A_KEY = "`(umask 077; openssl rand -base64 32 > FILE)`"
"""The command, for messages: a file that only its owner can read."""
_MAGIC = b"KMK1"
_NONCE = 12
_COST = 2**15


class BackupKey:
    """The keys of one export, or of one list of erasures."""

    def __init__(self, secret: str, salt: bytes) -> None:
        """Takes some 0.1 s.

        Raises:
            BadBackup: the secret is too short.
        """
        if len(secret) < LEAST_CHARACTERS:
            raise BadBackup(
                f"the key of the backup has {counted(len(secret), 'character')}: expected {LEAST_CHARACTERS} at least",
                f"{MAKES_A_KEY} makes one; keep it apart from the backups.",
            )
        root = Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(secret.encode())
        self._parts = AESGCM(_derived(root, b"komek backup parts"))
        self._macs = _derived(root, b"komek backup documents")
        self.salt = salt
        self.check = self.mac(b"check")[:16]
        """Tells a wrong key from a damaged file."""

    def seal(self, name: str, plain: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return _MAGIC + nonce + self._parts.encrypt(nonce, plain, name.encode())

    def open(self, name: str, sealed: bytes) -> bytes:
        """Raises BadBackup: the bytes are not those that were sealed under this name."""
        head = len(_MAGIC) + _NONCE
        try:
            if sealed[: len(_MAGIC)] != _MAGIC:
                raise InvalidTag
            return self._parts.decrypt(sealed[len(_MAGIC) : head], sealed[head:], name.encode())
        except InvalidTag as error:
            raise BadBackup(
                f"{name} is damaged: it cannot be decrypted", "Take another copy, or an earlier export."
            ) from error

    def mac(self, content: bytes) -> str:
        return hmac.new(self._macs, content, "sha256").hexdigest()


def new_salt() -> bytes:
    return os.urandom(SALT_BYTES)


def _derived(root: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(root)
