"""Rebuilds Redis from the log after data loss or by `komek rebuild`.

Start with `rebuilder.py`; `log_fold.py` folds decisions into the states that are written.
May import: `kafka`, `store`, the modules below them (`wire`, `topics`, `settings`, `metrics`, `errors`), `dispatch`.
Imported by: `worker`, `cli`.
"""
