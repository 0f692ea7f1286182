"""Which recordings and pictures are taken, and whether bytes are what they are said to be: `is_what_it_says(…)`.

Only the first bytes are looked at: enough that a document or a program is not sent on by mistake.
"""

from collections.abc import Mapping
from typing import TypeAlias

Begins: TypeAlias = tuple[tuple[int, bytes], ...]
"""How content may begin, each as a position and the bytes there."""
RECORDINGS: Mapping[str, Begins] = {
    "audio/wav": ((0, b"RIFF"),),
    "audio/ogg": ((0, b"OggS"),),
    "audio/webm": ((0, b"\x1aE\xdf\xa3"),),
    "audio/mpeg": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2")),
    "audio/mp4": ((4, b"ftyp"),),
    "audio/flac": ((0, b"fLaC"),),
}
PICTURES: Mapping[str, Begins] = {
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image/webp": ((8, b"WEBP"),),
}


def is_what_it_says(content: bytes, begins: Begins) -> bool:
    return any(content[at : at + len(mark)] == mark for at, mark in begins)
