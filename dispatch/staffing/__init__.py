"""How many people are asked and what is tried next: waves, forecasts, escalation ladders, competition between needs.

Start with `waves.py` (the size of a wave for a stated certainty), then `escalation.py` (the steps of a ladder).
May import: `matching`, `plans`, `notices`, `model`.
Imported by: `incidents`, `context_query`, `decide`; the store and the worker order needs by the same functions.
"""
