"""Import of alerts in CAP: files and addresses, signatures, the ledger of what was done, and orders to the API.

Start with `importing.py`; `ledger.py` is what survives a restart.
May import: `tls` and below; `dispatch`.
Imported by: `cli`, `cards`.
"""
