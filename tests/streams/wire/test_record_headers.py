"""Headers of records: CloudEvents in binary content mode."""

import pytest

from streams import wire


def test_headers_are_those_of_cloud_events() -> None:
    headers = dict(wire.headers("offer.accepted", "id-1", "worker@here", at_ms=1_764_000_000_123))

    assert headers == {
        "ce_id": b"id-1",
        "ce_source": b"worker@here",
        "ce_type": b"komek.offer.accepted",
        "ce_specversion": b"1.0",
        "ce_time": b"2025-11-24T16:00:00.123Z",
        "content-type": b"application/json",
    }
    assert dict(wire.headers("x", "y", "z"))["ce_time"].endswith(b"Z")


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        (None, None),
        ([], None),
        ([("other", b"x")], None),
        ([("ce_id", b"first"), ("ce_id", b"second")], "first"),
        ([("ce_id", b"\xff")], "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_header_is_found_by_its_name(headers: list[tuple[str, bytes]] | None, value: str | None) -> None:
    assert wire.header_of(headers, "ce_id") == value
