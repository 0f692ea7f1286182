"""Rules for commands about an incident or an offer: report, update, merge, split, accept, decline, progress, relocation.

Start with `orders.py` (the incident) and `offers.py` (one offer). Each rule returns a `Ruling`: events, unchanged, or refused.
May import: `safety`, `ports`, `state`, `staffing`, `explanations`, `matching`, `plans`, `notices`, `model`.
Imported by: `decide`, `digital`, `follow_ups`; the store compares reports and the API checks manual orders by the same functions.
"""
