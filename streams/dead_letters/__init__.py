"""Records that could not be read: writing, listing, replaying, dismissing, and watching which of them stand.

Start with `letters.py`.
May import: `kafka`, the lists.
Imported by: `worker`, `notices`, `monitoring`, `cli`.
"""
