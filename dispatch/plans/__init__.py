"""Response plans: what an incident type needs, which ladder it escalates on, what the notification budget allows.

Start with `book.py`, which parses `builtin.toml` or the text that `komek plans apply` publishes, and `plan_file.py`, whose tables
list every setting of a plan file with its limits.
May import: `model`; pydantic.
Imported by: `matching`, `staffing`, `safety`, `incidents`, `decide`; by `streams` and `api` to load and show plans.
"""
