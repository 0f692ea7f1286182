"""The tokens of one-offer links, as in `https://komek.kz/v/#o=Ab3dE9fGh2`.

A token is derived from the offer's id under keys that are derived from the data keys: every way and every retry sends the same
one, nothing has to be stored before a message goes out, and whoever reads Redis or Kafka cannot make one. Ten letters and digits
hold 59 bits and leave room for a Kazakh text in one part of an SMS.
"""

import hmac
import re
import string

from streams.ring.key_ring import KeyRing
from streams.wire.address_digests import address_names

LENGTH = 10
_PURPOSE = "offer-link"
# Without punctuation: phones end a link in a text before a mark at its end.
_LETTERS = string.digits + string.ascii_letters
_TOKEN = re.compile(f"[0-9A-Za-z]{{{LENGTH}}}")


def offer_tokens(ring: KeyRing, offer_id: str) -> list[str]:
    """The tokens of an offer that are valid, the one for new messages first. A data key that is retired ends its tokens."""
    return [_text_of(hmac.digest(key, offer_id.encode(), "sha256")) for key in ring.data_purpose_keys(_PURPOSE)]


def token_names(ring: KeyRing, token: str) -> list[str]:
    """The names in Redis under which the offer of a token may stand, that of the active key first."""
    return address_names(ring, _PURPOSE, token)


def is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def is_token_of(ring: KeyRing, token: str, offer_id: str) -> bool:
    """Whether the token was made for this offer."""
    return any(hmac.compare_digest(token, one) for one in offer_tokens(ring, offer_id))


def _text_of(digest: bytes) -> str:
    number, letters = int.from_bytes(digest), []
    for _ in range(LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)
