"""Exports of a deployment into files, and their import into an empty one. The log is the truth, so an export is the log.

Start with `carried.py`: which topics an export holds, in which order they are cut, and which offsets an import keeps.
`exporter.py` and `importer.py` do it, `erasures.py` says what must not come back. DESIGN 256.
May import: `kafka`, `store`, `wire`, `ring`, `retention`, `topics`, `settings`, `clock`, `errors`.
Imported by: `cli`.
"""
