"""How many are asked and what is tried next: waves, forecasts, escalation ladders, competition between needs.

Start with `waves.py` (the size of a wave for a stated certainty), then `escalation.py` (the steps when nobody comes).
May import: `matching`, `plans`, `model`.
Imported by: `decide`, `incidents`, `safety`.
"""
