"""What each role sees of incidents, offers, safety and digital work.

Start with `incidents.py`. Private text comes in only where the caller may have it.
May import: `fields`, `streams`, `dispatch`.
Imported by: `reads`, `routes`.
"""
