"""Changing a data key while everything runs: private records are sealed again under the active key.

Start with `private_fold.py`, which decides what must be written; `reseal.py` reads and writes the log; `leftovers.py` counts what
is still sealed under a key.
May import: `kafka`, `store`, `wire`, `ring`, `topics`, `settings`, `metrics`, `clock`, `errors`.
Imported by: `cli`.
"""
