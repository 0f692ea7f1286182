"""Data types of the core: commands, events, decisions, incident state, people as a search returns them, geometry.

Start with `incidents.py` (the state), then `commands.py` and `events.py`.
May import: the standard library; shapely and h3 in `geo.py` only.
Imported by: every other room, `streams` and `api`. A changed field changes the wire format: run `tests/streams/test_wire.py`.
"""
