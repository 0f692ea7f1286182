"""Numbers in query parameters and headers. `int` and `float` accept more than a client may send: digits of other scripts,
underscores, blanks, `nan`; and `int` raises ValueError from 4,301 digits on."""

import re

_NATURAL = re.compile(r"[0-9]{1,12}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?")


def natural(text: str) -> int | None:
    """The number in 1 to 12 ASCII digits; None for any other text."""
    return int(text) if _NATURAL.fullmatch(text) else None


def decimal(text: str) -> float | None:
    """The finite number in ASCII decimal notation, with an optional exponent of two digits; None for any other text."""
    return float(text) if _DECIMAL.fullmatch(text) else None
