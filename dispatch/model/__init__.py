"""Data types of the core: commands, events, decisions, incident state, people as a search returns them, geometry.

Start with `incidents.py` (the state), then `commands.py` and `events.py` (the union of all events).
May import: the standard library; shapely in `geo.py`, `geojson.py`, `outlines.py` and `antimeridian.py`; h3 in `geo.py`.
Imported by: every other room, `streams` and `api`. A changed field changes the wire format: run `tests/streams/wire`.
"""
