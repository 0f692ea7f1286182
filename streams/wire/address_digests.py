"""Names in Redis of what must not stand there itself: a number or chat that a reply comes from, a code that connects a chat.

HMAC-SHA-256 under keys that are derived from the data keys: the notifier writes such names and the API looks them up, and both
hold those keys. A rotation keeps the names of the last minutes valid: they are looked up under every data key in use.
"""

import hmac

from streams.ring.key_ring import KeyRing

_PURPOSE = "channel-address"


def address_names(ring: KeyRing, kind: str, text: str) -> list[str]:
    """The names of a text of one kind, that of the active key first: 64 hex digits each."""
    raw = f"{len(kind)}:{kind}{text}".encode("utf-8", "surrogatepass")
    return [hmac.digest(key, raw, "sha256").hex() for key in ring.data_purpose_keys(_PURPOSE)]
