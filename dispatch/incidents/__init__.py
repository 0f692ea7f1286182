"""Rules for commands about an incident or an offer: report, update, merge, accept, decline, progress, relocation.

Start with `orders.py` (the incident) and `offers.py` (one offer). Each rule returns a `Ruling`: applied with events, unchanged,
or refused. May import: `state`, `staffing`, `matching`, `plans`, `model`, `context`. Imported by: `decide`, `digital`,
`follow_ups`.
"""
