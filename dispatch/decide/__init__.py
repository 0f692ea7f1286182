"""The decision on one command: what it does to its incident, who is asked next, and why.

Start with `filling.py`.
May import: every other room of `dispatch`. The search between the steps is the caller's.
Imported by: `streams/worker/dispatcher.py`.
"""

from dispatch.decide.filling import SHOWN_CANDIDATES, Settled, View, chosen_people, decide, fill, settle, sift

__all__ = ["SHOWN_CANDIDATES", "Settled", "View", "chosen_people", "decide", "fill", "settle", "sift"]
