"""From request bodies to commands: idempotency, preconditions, edits, manual orders, profiles, positions.

Start with `send.py` (the protocol of every write), then `commands.py` (body to command, no rules).
May import: `reads`, `deps`, `http`, `schemas`, `views`, `process`, `caller`, `fields`, `streams`, `dispatch`.
Imported by: `routes`.
"""
