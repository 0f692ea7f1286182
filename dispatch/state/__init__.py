"""The fold: computes the state of an incident from its events and bounds its size.

Start with `lifecycle.py` (`evolve`, `fold`); `safety_folds.py` and `work_folds.py` hold the other entries of its table.
May import: `matching`, `plans`, `notices`, `model`.
Imported by: `incidents`, `digital`, `decide`; the worker, the rebuild, the API.
"""
