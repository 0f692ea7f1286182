"""Which pre-compressed forms a browser accepts (RFC 9110 §12.5.3)."""

from collections.abc import Sequence

SMALLEST_FIRST = ("br", "gzip")


def accepted(headers: Sequence[str]) -> list[str]:
    """Of the encodings that exist, those that the values of Accept-Encoding accept, the smallest first.

    A weight says only whether: the browser's order is not better informed than the size."""
    weights: dict[str, float] = {}
    for entry in ",".join(headers).split(","):
        name, _, parameter = entry.partition(";")
        weights[name.strip().lower()] = _weight(parameter)
    otherwise = weights.get("*", 0.0)
    return [name for name in SMALLEST_FIRST if weights.get(name, otherwise) > 0]


def _weight(parameter: str) -> float:
    """1 without a parameter; 0 if it is malformed: what is not understood is not accepted."""
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
