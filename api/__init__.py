"""The HTTP API: routes, request and response bodies, roles, live events.

Start with `app.py` (the composition root), `lifespan.py` (its services) and one route in `routes/`; bodies are in `schemas/`.
May import: `streams` except `streams.worker`, and `dispatch`. Contains no dispatching rule.
Imported by: nothing; `streams/cli/api.py` gives uvicorn the import string `api.app:create_app`.
"""
