"""Which steps of an offer its volunteer is told, and which offers are valid by the order of the log.

Start with `rules.py` (what is told and until when); `offer_validity.py` is the only reducer of `offers`.
May import: `model`.
Imported by: `state`, `digital`; the notifier, the live feed, the rebuild, the simulator and the API.
"""
