"""Import of cards of other control rooms: the ledger of what was done, and orders to the API.

Start with `card_importing.py`; `card_ledger.py` is what survives a restart.
May import: `cap` (the desk of orders) and below; `dispatch`.
Imported by: `cli`.
"""
