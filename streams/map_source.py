"""What the console's map is drawn on, from KOMEK_MAP_STYLE and KOMEK_MAP_PMTILES."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dispatch.model.plain_reason import plain_reason
from streams.page_values import origin_of
from streams.settings import Settings

LARGEST_STYLE = 4 * 1024 * 1024
"""Bytes. Styles of whole countries have some 100 kB."""
_HEAD = b"PMTiles\x03"
"""Signature and version at the beginning of a PMTiles file (PMTiles specification, version 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSource:
    """`style_url`: a style elsewhere; `style`: the bytes of a style that the API serves; `pmtiles`: a file that it serves.

    `origins`: where the console loads from beside the API, `https://host:port` each. `problems`: settings that cannot be used and
    are left out, one sentence each; the console then shows its own map.
    """

    style_url: str | None = None
    style: bytes | None = None
    pmtiles: Path | None = None
    origins: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


BUILT_IN = MapSource()


def map_source(settings: Settings) -> MapSource:
    """The configured map; a style takes precedence over a PMTiles file. Raises nothing: the console works without it."""
    problems: list[str] = []
    pmtiles = settings.map_pmtiles
    if pmtiles is not None and (problem := _pmtiles_problem(pmtiles)):
        problems.append(problem)
        pmtiles = None
    given = settings.map_style
    if given is None:
        return MapSource(pmtiles=pmtiles, problems=tuple(problems))
    if origin := origin_of(given):
        return MapSource(style_url=given, pmtiles=pmtiles, origins=(origin,), problems=tuple(problems))
    try:
        content = Path(given).read_bytes()
        addresses = list(_addresses(content))
    except (OSError, ValueError) as error:
        problems.append(f"KOMEK_MAP_STYLE={given!r}: expected a MapLibre style in JSON ({plain_reason(error)})")
        return MapSource(pmtiles=pmtiles, problems=tuple(problems))
    origins = {origin for address in addresses if (origin := origin_of(address))}
    problems += [
        f"KOMEK_MAP_STYLE={given!r}: the pages may not load {address!r} (expected https, or http on this machine)"
        for address in addresses
        if origin_of(address) is None
    ]
    return MapSource(style=content, pmtiles=pmtiles, origins=tuple(sorted(origins)), problems=tuple(problems))


def _pmtiles_problem(path: Path) -> str | None:
    expected = f"KOMEK_MAP_PMTILES={str(path)!r}: expected a readable PMTiles file, version 3"
    try:
        with path.open("rb") as file:
            return None if file.read(len(_HEAD)) == _HEAD else expected
    except OSError as error:
        return f"{expected} ({plain_reason(error)})"


def _addresses(content: bytes) -> Iterator[str]:
    """The absolute addresses in a style: sources, tiles, glyphs, sprites. Raises ValueError: it is no style."""
    if len(content) > LARGEST_STYLE:
        raise ValueError(f"more than {LARGEST_STYLE} bytes")
    style: Any = json.loads(content)
    if not isinstance(style, dict) or style.get("version") != 8 or not isinstance(style.get("layers"), list):
        raise ValueError("no object with version 8 and a list of layers")
    sources = style.get("sources")
    sprites = style.get("sprite")
    named = [source for source in sources.values() if isinstance(source, dict)] if isinstance(sources, dict) else []
    found = [style.get("glyphs"), *(sprites if isinstance(sprites, list) else [sprites])]
    for source in named:
        tiles = source.get("tiles")
        found += [source.get("url"), source.get("data"), *(tiles if isinstance(tiles, list) else [])]
    for entry in found:
        address = entry.get("url") if isinstance(entry, dict) else entry
        # `pmtiles://` stands before the address of a file that is read in ranges. A path leads to the API itself.
        if isinstance(address, str) and "://" in (address := address.removeprefix("pmtiles://")):
            yield address
