"""The audit log: who saw or did what, chained so that removal, reordering and alteration are found (DESIGN 130).

Start with `chain.py` (how entries are linked and verified); `audit_log.py` writes them, over a file that survives a crash of the
process (`spool.py`); `reader.py` reads them.
May import: `kafka`, `wire`, `ring`, `settings`, `topics`.
Imported by: the API, `cli`.
"""
