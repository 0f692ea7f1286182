"""Rules that protect the people who were sent: hazard areas, staging points, check-ins, distress, absence.

Start with `safeguards.py`, which adds what follows from the events of any command.
May import: `state`, `staffing`, `matching`, `plans`, `model`, `context`.
Imported by: `decide`, `follow_ups`.
"""
