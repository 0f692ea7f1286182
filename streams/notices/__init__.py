"""How people are told. Start reading at `streams/notices/notifier.py`, which joins these parts.

`partition.py` is one partition of `offers`: what holds there, what of it is to be told, how far it may be committed. `lane.py` is
the queue of one channel: each person's notices in order, tried again where it helps. `channels.py` is the port to the outside
with its implementations, `ledger.py` the topic `notices`: the log of what went out. What is told at all is ruled by the core
(`dispatch/notices/rules.py`), what holds by `dispatch/notices/offer_validity.py`.
"""
