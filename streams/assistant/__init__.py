"""The assistant's process: reads texts of reports and results, and writes hints for the people who work on them.

Start with `assistant.py`. `text_source.py` follows `decisions` for the texts that they name; `lane.py` reads one text at a time,
the most urgent first; `hint_writer.py` seals the values and writes both records; `answering.py` answers the API, which asks about
a text that an operator has pasted (`streams/store/assistant_calls.py`). What a text says is read by `report_reader.py`, by the
core's `dispatch/assistant`. `hint_judge.py` reads what people found out, and `learning.py` adds it up.
No worker and no decision waits for any of it.
May import: `intake`, `readers`, `store`, `kafka`, `wire`, `topics`, `ring`, `settings`, `metrics`, `clock`, `errors`,
`dispatch`.
Imported by: `cli`.
"""
