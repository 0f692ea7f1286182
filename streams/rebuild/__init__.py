"""Redis rebuilt from the log, after its memory was lost or by `komek rebuild`.

Start with `rebuilder.py`; `log_fold.py` folds the decisions into the states that are written.
May import: `kafka`, `store`, the lists.
Imported by: `worker`, `cli`.
"""
