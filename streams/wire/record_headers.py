"""CloudEvents headers of records."""

from collections.abc import Sequence

from streams import clock

RESEALED_FROM = "resealed-from"
"""Header of a record of `private` that repeats an earlier one under another key: the offset of that one."""


def headers(kind: str, record_id: str, source: str, at_ms: int | None = None) -> list[tuple[str, bytes]]:
    """CloudEvents 1.0 headers in binary content mode. `ce_type` is `komek.` followed by `kind`; `at_ms` None: now."""
    at = clock.now_ms() if at_ms is None else at_ms
    return [
        ("ce_id", record_id.encode()),
        ("ce_source", source.encode()),
        ("ce_type", f"komek.{kind}".encode()),
        ("ce_specversion", b"1.0"),
        ("ce_time", clock.rfc3339(at).encode()),
        # Without the prefix `ce_`: the Kafka binding of CloudEvents maps `datacontenttype` to this header.
        ("content-type", b"application/json"),
    ]


def resealed_from(record_headers: Sequence[tuple[str, bytes]] | None) -> int | None:
    """The offset of the record that this one repeats under another key; None for an original, also if the header is no offset."""
    text = header_of(record_headers, RESEALED_FROM)
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 19 else None


def header_of(record_headers: Sequence[tuple[str, bytes]] | None, name: str) -> str | None:
    """The first header with this name as text, or None."""
    # Kafka allows several headers of one name, and any bytes.
    for key, value in record_headers or ():
        if key == name:
            return value.decode("utf-8", "replace")
    return None
