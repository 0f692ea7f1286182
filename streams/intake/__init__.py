"""Writes to Kafka on behalf of callers: commands, private records, profiles, positions.

Start with `commands.py` (`acks=all`, acknowledged within the stated time or an error).
May import: `kafka`, `store`, the modules below them (`wire`, `topics`, `settings`, `metrics`, `errors`), `dispatch`.
Imported by: the API, `simulator`.
"""
