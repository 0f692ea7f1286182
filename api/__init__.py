"""The HTTP API: routes, request and response bodies, roles, live events.

Start with `app.py` (the composition root), then one route in `routes/`. `schemas/` holds every request and response body.
May import: `streams` except `streams.worker`, and `dispatch`. Contains no dispatching rule.
Imported by: nothing; `streams/cli/api.py` gives uvicorn the import string `api.app:create_app`.
"""
