"""What one API process holds: connections, the live feed, intake marks, latency.

Start with `services.py` (the ports the routes work with); `api/app.py` joins them.
May import: `streams`, `dispatch`.
Imported by: every other room of `api`.
"""
