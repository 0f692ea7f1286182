"""From request bodies to commands: idempotency, preconditions, edits, manual orders, profiles, positions.

Start with `commands.py` (body to command, no rules), then `idempotency.py`.
May import: `reads`, `deps`, `http`, `schemas`, `views`, `process`, `caller`, `fields`, `streams`, `dispatch`.
Imported by: `routes`.
"""
