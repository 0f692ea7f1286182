"""The lexicon of `people.py`: `lexicons/people.toml`, where each list says what it is for."""

from dispatch.assistant.phrases import Phrases

PERSONS = Phrases("people", "persons")
CREW = Phrases("people", "helpers")
FILLERS = Phrases("people", "fillers")
THINGS = Phrases("people", "things")
AFFECTED = Phrases("people", "affected")
HELPING = Phrases("people", "helping")
SAFE = Phrases("people", "safe")
PART = Phrases("people", "part")
TOTAL = Phrases("people", "total")
OURS = Phrases("people", "ours")
INVERTED = Phrases("people", "inverted")
INSIDE = Phrases("people", "inside")
NAMED = Phrases("people", "named")
PAIRS = Phrases("people", "pairs")
LONE = Phrases("people", "lone")
ADULTS = Phrases("people", "adults")
CHILDREN = Phrases("people", "children")
SPEAKER = Phrases("people", "speaker")
COUPLES = Phrases("people", "couples")
JOINED = Phrases("people", "joined")
