"""Where something is, as the command line says it."""

import json as json_text
from typing import Any

from streams.cli.errors import WRONG_USE, CommandFailed


def location(at: str | None, geometry: str | None, *, placeless: bool) -> Any:
    """GeoJSON; None for work that has no place. Raises CommandFailed."""
    if sum((at is not None, geometry is not None, placeless)) != 1:
        raise CommandFailed("say where: one of --at, --geometry, --placeless", "--at 76.945,43.238", WRONG_USE)
    if placeless:
        return None
    try:
        if geometry is not None:
            return json_text.loads(geometry)
        lon, lat = (float(part) for part in str(at).split(","))
    except ValueError:
        raise CommandFailed(
            f"cannot read the place {geometry or at!r}", "--at wants LON,LAT; --geometry wants GeoJSON.", WRONG_USE
        ) from None
    return {"type": "Point", "coordinates": [lon, lat]}
