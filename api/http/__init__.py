"""Request and response handling: authentication, strict JSON, problem details, response encoding, request metrics.

Start with `strict_route.py` (every request passes it), then `problems.py` (the table of error codes).
May import: `schemas`, `views`, `process`, `caller`, `fields`, `streams`, `dispatch`.
Imported by: `reads`, `deps`, `openapi`, `writes`, `routes`, `app`.
"""
