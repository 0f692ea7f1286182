"""Numbers in query parameters and headers. `int` and `float` accept more than a client may send: digits of other scripts,
underscores, blanks, `nan`; and `int` raises ValueError from 4,301 digits on."""

import re

from pydantic import BeforeValidator

from api.fields import expected

_NATURAL = re.compile(r"[0-9]{1,12}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?")


def natural(text: str) -> int | None:
    """The number in 1 to 12 ASCII digits; None for any other text."""
    return int(text) if _NATURAL.fullmatch(text) else None


def decimal(text: str) -> float | None:
    """The finite number in ASCII decimal notation, with an optional exponent of two digits; None for any other text."""
    return float(text) if _DECIMAL.fullmatch(text) else None


def _digits(value: object) -> object:
    found = natural(value) if isinstance(value, str) else value
    if found is None:
        raise expected("a whole number")
    return found


DIGITS = BeforeValidator(_digits)
"""For an `int` in a query: pydantic alone accepts `10.0`, `+10` and `1_0`."""
