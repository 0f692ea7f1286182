"""A PMTiles file of one picture that covers the world (PMTiles specification, version 3)."""

import json
import struct
import zlib
from pathlib import Path

CREDIT = "Test streets"
HEADER_BYTES = 127
UNCOMPRESSED, PNG = 1, 2


def write_pmtiles(path: Path) -> Path:
    """One tile of zoom 0. Returns the path."""
    tile, about = grey_picture(), json.dumps({"attribution": CREDIT}).encode()
    # One entry: number of entries, tile id, run length, length, offset plus one.
    root = bytes([1, 0, 1]) + _varint(len(tile)) + _varint(1)
    ends = [HEADER_BYTES, HEADER_BYTES + len(root), HEADER_BYTES + len(root) + len(about)]
    offsets = struct.pack("<8Q", ends[0], len(root), ends[1], len(about), ends[2], 0, ends[2], len(tile))
    counts = struct.pack("<3Q", 1, 1, 1)
    kinds = bytes([1, UNCOMPRESSED, UNCOMPRESSED, PNG, 0, 0])
    bounds = struct.pack("<4i", -1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000)
    header = b"PMTiles\x03" + offsets + counts + kinds + bounds + bytes([0]) + struct.pack("<2i", 0, 0)
    assert len(header) == HEADER_BYTES
    path.write_bytes(header + root + about + tile)
    return path


def _varint(number: int) -> bytes:
    found = b""
    while number > 127:
        found += bytes([number & 127 | 128])
        number >>= 7
    return found + bytes([number])


def grey_picture(side: int = 256) -> bytes:
    """A PNG in one grey."""
    row = b"\0" + b"\x80" * side
    parts = [
        (b"IHDR", struct.pack(">2I5B", side, side, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * side)),
        (b"IEND", b""),
    ]
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
