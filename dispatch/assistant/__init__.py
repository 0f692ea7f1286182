"""What software reads out of a report for the people who work on it: hints, never orders.

Start with `texts.py` (words and their spans in the original), then `languages.py`. Every value has spans in the original text, as
`[start, end)` in code points; what has none is not shown. Nothing here changes an incident.
May import: `gazetteer`, `plans`, `model`.
Imported by: nobody yet; the assistant's process and the API will.
"""
