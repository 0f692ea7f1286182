"""The HTTP routes, one file per resource.

Start with `incidents.py` (report, list, read), then `incident_orders.py`: check the role, read the body, build a command, respond
202 once Kafka has acknowledged it.
May import: every room of `api` except `app`; `streams`, `dispatch`.
Imported by: `app`, which lists the routers.
"""
