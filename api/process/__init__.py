"""State of one API process: service ports, intake marks, report-to-offer latency, shutdown.

Start with `services.py` (the ports that routes use; tests pass fakes); `api/app.py` constructs them.
May import: `caller`, `fields`, `streams`, `dispatch`.
Imported by: `reads`, `deps`, `writes`, `routes`, `app`.
"""
