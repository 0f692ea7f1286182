"""Response plans: what an incident type needs, on which ladder it escalates, what the notification budget allows.

Start with `book.py`, which reads `builtin.toml` or the text that `komek plans apply` sends.
May import: `dispatch.model`.
Imported by: `matching`, `staffing`, `incidents`, `decide`, and by `streams` and `api` to load and show plans.
"""
