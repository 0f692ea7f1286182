"""The gazetteer of the data that come with Komek."""

from functools import cache

from dispatch.gazetteer.boundaries import load_boundaries
from dispatch.gazetteer.gazetteer import Gazetteer
from dispatch.gazetteer.records import all_places


@cache
def built_in() -> Gazetteer:
    """One for the process; the first call reads the files (0.6 s)."""
    boundaries = load_boundaries()
    return Gazetteer(all_places(boundaries), boundaries)
