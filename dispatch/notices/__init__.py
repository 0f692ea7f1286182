"""Which steps of an offer are sent to its volunteer as notices, and which offers are valid by the order of the log.

Start with `rules.py` (what is sent and until when); `offer_validity.py` is the only reducer of `offers`.
May import: `model`.
Imported by: `state`, `digital`; the notifier, the live feed, the rebuild, `wire`, the simulator and the API.
"""
