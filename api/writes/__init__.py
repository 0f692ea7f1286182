"""From request bodies to commands: idempotency, preconditions, profiles, positions.

Start with `commands.py` (a translation without rules) and `idempotency.py`.
May import: `reads`, `http`, `schemas`, `process`, `views`.
Imported by: `routes`.
"""
