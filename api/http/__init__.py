"""The HTTP edge: authentication, strict parsing, problem+json, response encoding, request metrics.

Start with `strict_route.py` (what every request passes), then `problems.py` (the table of error codes).
May import: `schemas`, `process`, `views`, `streams`, `dispatch`.
Imported by: `deps`, `reads`, `writes`, `routes`.
"""
