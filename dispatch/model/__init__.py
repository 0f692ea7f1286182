"""The records of the core: commands, events, decisions, the state of an incident, people as a search found them, geometry.

Start with `incidents.py` (the state), then `commands.py` (what may be ordered) and `events.py` (what follows).
May import: the standard library; shapely and h3 in `geo.py` only.
Imported by: every other room, `streams` and `api`. A change here reaches the wire format: run `tests/streams/test_wire.py`.
"""
