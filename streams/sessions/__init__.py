"""Sessions of people, one-time login codes and revocations, followed by every API process from the topic `sessions`.

Start with `book.py` (the state in memory, and what is revoked); `follower.py` reads the topic, `sessions.py` does the rest.
May import: `kafka`, `ring`, `wire`, `tokens`, `topics`, `settings`, `metrics`, `clock`, `event_loop`, `errors`, `dispatch`.
Imported by: the API, `cli`.
"""
