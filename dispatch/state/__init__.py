"""The fold: computes the state of an incident from its events and bounds its size.

Start with `lifecycle.py` (`evolve`, `fold`); `…_folds.py` hold the other entries of its table.
`offer_effects.py`: the records of `offers` and the people that a decision engages and releases.
May import: `matching`, `plans`, `notices`, `model`.
Imported by: `incidents`, `digital`, `decide`; the worker, the rebuild, the API.
"""
