"""Who may be asked and who is preferred: eligibility, ranking, acceptance estimates, budget, fairness, trust.

Start with `eligibility.py` (hard rules), then `ranking.py` (one number in seconds whose terms are kept in the record).
May import: `dispatch.model`, `dispatch.plans`.
Imported by: `staffing`, `incidents`, `decide`, and by the store for the coarse form of the same rules.
"""
