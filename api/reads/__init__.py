"""Reads that several routes share: lists, disclosure of private data, the event stream, status, CSV.

Start with `disclosure.py`: the only way to private data, always audited.
May import: `http`, `views`, `process`, `schemas`.
Imported by: `routes`, `writes`.
"""
