"""Records that could not be decoded or applied: writing, listing, replaying, dismissing, and which are unresolved.

Start with `letters.py`.
May import: `kafka`, `store`, the modules below them (`wire`, `topics`, `settings`, `metrics`, `errors`), `dispatch`.
Imported by: `worker`, `codegen`, `monitoring`, `notices`, `cli`, `api/app.py`.
"""
