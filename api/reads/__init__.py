"""Read operations that several routes share: lists, disclosure of private data, the event stream, status, CSV export.

Start with `disclosure.py`: it decrypts private data and writes an audit entry for each disclosure.
May import: `http`, `schemas`, `views`, `process`, `caller`, `fields`, `streams`, `dispatch`.
Imported by: `writes`, `routes`, `app`.
"""
