"""Replay of the log under another book of plans: what would have happened, beside what did. Nothing outside is touched.

Start with `comparison.py`; `recorded_log.py` is what is known of a stretch of the log, `replay.py` plays it through the
dispatcher itself with a store and a log in memory, under the times of the record. What people do stands in
`recorded_answers.py`, and where nobody knows it in `drawn_answers.py`. DESIGN 286.
May import: `worker`, `backup`, `store`, `kafka`, `readers`, `rebuild`, `wire`, `ring` and below; `dispatch`.
Imported by: `cli`.
"""
