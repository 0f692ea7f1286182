"""Every request and response body of the HTTP contract, one file per resource.

Start with `base.py` (the two base classes), then `incidents.py`. Requests are strict: unknown fields, other types and values out
of range are refused. Routes encode responses themselves; the models describe them in the OpenAPI document, and the API tests
parse each response by its model with every undeclared key forbidden.
May import: `views`, `process`, `caller`, `fields`, `streams`, `dispatch`.
Imported by: `http`, `reads`, `openapi`, `writes`, `routes`.
"""
