"""How people stay in charge of what software suggests: which work gets no hints, so that hints can be judged."""

from hashlib import sha256

HIDDEN_SHARE = 0.15
"""Share of work that is done without hints: its answers show how good people are alone, and the hints are judged by them."""
_PARTS = 1 << 32


def is_hidden(offer_id: str, share: float = HIDDEN_SHARE) -> bool:
    """Whether the person of this offer gets no hints. The same for one offer always: nobody gets rid of it by asking again."""
    drawn = int.from_bytes(sha256(f"hidden {offer_id}".encode()).digest()[:4])
    return drawn < share * _PARTS
