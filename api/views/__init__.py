"""Response content per role: incidents, offers, safety, digital work, content negotiation.

Start with `incidents.py` and `offers.py`. Private texts are arguments; a view never decrypts anything.
May import: `caller`, `fields`, `streams`, `dispatch`.
Imported by: `reads`, `writes`, `routes`.
"""
