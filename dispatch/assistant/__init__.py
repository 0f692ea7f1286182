"""What software reads out of a report for the people who work on it: hints, never orders.

Start with `texts.py` (words and their spans in the original), then what reads it: `languages.py`; `concepts.py` and
`incident_types.py`; `place_ranking.py` (with `mentions.py`, `place_features.py`); `phrases.py` (a text as one line of folded
words, and the lexicons in `lexicons/` that find phrases in it) with `people.py`, `phones.py`, `times.py`, `negations.py`,
`threats.py`, `missing.py`. `reading.py` reads all of it out of one text. Helps at each task stand on a reading:
`report_card.py` (what the text says, in three languages), `phrasebook.py` and `phrase_finding.py`, `glossary.py`,
`draft_checks.py`, `claims.py` and `contradictions.py`, `reused_texts.py`, `media_items.py`; `incident_summary.py` stands on
decisions. Every value has spans in the original text, as
`[start, end)` in code points; what has none is not shown. Nothing here changes an incident.
May import: `gazetteer`, `plans`, `model`.
Imported by: `streams.wire`, `streams.assistant`, the API.
"""
