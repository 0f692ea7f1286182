"""Rules about people: who may be asked and who is preferred. Eligibility, ranking, estimates, budget, fairness, trust.

Start with `eligibility.py` (hard rules), then `ranking.py` (one number in seconds; its terms are kept in the decision).
May import: `plans`, `notices`, `model`.
Imported by: every other room of `dispatch` but `model`, `plans`, `notices`; the store, the worker, the rebuild, the API.
"""
