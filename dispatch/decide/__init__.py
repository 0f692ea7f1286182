"""The decision on one command: what it does to its incident, who is asked next, and why.

Start with `settling.py` (applies the command) and `filling.py` (chooses people). `decide` runs all steps for a single command.
May import: every other room of `dispatch`. The search between the two steps is the caller's.
Imported by: `streams/worker` (`dispatcher.py`, `drafts.py`, `claim_rounds.py`), `streams/lookups` (`report_preview.py`).
"""

from dispatch.decide.choice import SHOWN_CANDIDATES
from dispatch.decide.filling import decide, fill, sift
from dispatch.decide.foreseeing import ForeseenNeed, foreseen_needs
from dispatch.decide.record import chosen_people
from dispatch.decide.settled import Settled, View
from dispatch.decide.settling import settle, settle_without_claim

__all__ = [
    "SHOWN_CANDIDATES",
    "ForeseenNeed",
    "Settled",
    "View",
    "chosen_people",
    "decide",
    "fill",
    "foreseen_needs",
    "settle",
    "settle_without_claim",
    "sift",
]
