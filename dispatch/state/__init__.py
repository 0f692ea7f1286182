"""The fold: the state of an incident from its events, and the bound on its size.

Start with `lifecycle.py` (`evolve`, `fold`); `safety_folds.py` and `work_folds.py` hold the rest of its table.
May import: `model`, `plans`, `matching`.
Imported by: `decide`, the worker, the rebuild and the API. `tests/faults/checker/reducer.py` is an independent second copy.
"""
