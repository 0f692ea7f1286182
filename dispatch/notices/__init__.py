"""Which steps of offers a person is told, and which offers hold by the order of the log.

Start with `rules.py` (what is told, for how long it is worth telling); `offer_validity.py` is the shared reducer of `offers`.
May import: `dispatch.model`.
Imported by: the notifier, the live view, the rebuild and the checker's contract tests.
"""
