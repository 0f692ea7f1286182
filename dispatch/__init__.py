"""The pure core: decides who is asked to do what, and what follows from each answer.

Start with `decide/` (`settle` applies a command, `fill` chooses people); `model/` holds commands, events and states.
May import: the standard library; shapely and h3 in four modules of `model`, pydantic in `plans`. Time, ids and
search results are arguments.
Imported by: `streams` and `api`.
"""
