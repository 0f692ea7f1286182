"""Places on the command line."""

import json as json_text
from typing import Any

from streams.cli.errors import WRONG_USE, CommandFailed


def location(at: str | None, geometry: str | None, *, placeless: bool) -> Any:
    """The place as GeoJSON; None for work without a place. Raises CommandFailed for anything else."""
    if sum((at is not None, geometry is not None, placeless)) != 1:
        raise CommandFailed(
            "no place: give one of --at, --geometry, --placeless", "Example: --at 76.945,43.238", WRONG_USE
        )
    if placeless:
        return None
    try:
        if geometry is not None:
            return json_text.loads(geometry)
        # Longitude first, as in GeoJSON.
        lon, lat = (float(part) for part in str(at).split(","))
    except ValueError:
        raise CommandFailed(
            f"cannot read the place {geometry or at!r}", "--at expects LON,LAT; --geometry expects GeoJSON.", WRONG_USE
        ) from None
    return {"type": "Point", "coordinates": [lon, lat]}
