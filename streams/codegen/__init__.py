"""Documents generated from lists in the code: JSON Schemas and AsyncAPI of the topics, JSON Schema of plan files, alert rules;
and from `deploy/processes.toml` the ways to run Komek.

Start with `asyncapi.py`. A test fails when a file in `deploy/` differs from the lists.
May import: every other room of `streams` except `cli` and `worker`; `dispatch`.
Imported by: tests; run with `.venv/bin/python -m streams.codegen.asyncapi`, `.plans_schema`,
`.alert_rules` and `.deployment`.
"""
