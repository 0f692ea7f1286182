"""Rules that protect the people who were sent: hazard areas, staging points, check-ins, distress, absence.

Start with `safeguards.py`, which adds the consequences of the events of any command.
May import: `state`, `staffing`, `explanations`, `matching`, `plans`, `notices`, `model`.
Imported by: `incidents`, `deadlines`, `follow_ups`, `decide`; by the store, the worker and the API for the geometry of hazards.
"""
