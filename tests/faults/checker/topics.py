"""The topics by name, as the AsyncAPI document gives them."""

INCIDENTS = "komek.incidents.v1"
DECISIONS = "komek.decisions.v1"
OFFERS = "komek.offers.v1"
STATUS = "komek.incident-status.v1"
VOLUNTEERS = "komek.volunteers.v1"
LOCATIONS = "komek.locations.v1"
PRIVATE = "komek.private.v1"
DEAD_LETTERS = "komek.dead-letters.v1"
NOTICES = "komek.notices.v1"

NEEDED = (INCIDENTS, DECISIONS, OFFERS, STATUS)
"""Without these nothing can be judged."""
MADE_BY_KOMEK = (DECISIONS, OFFERS, STATUS, DEAD_LETTERS, NOTICES)
"""Nobody but Komek writes here, so every record has to be as its schema says."""
PERSONAL = (PRIVATE, LOCATIONS, INCIDENTS)
"""Where coordinates and texts of people may stand (faults.md, I12): sealed, for an hour, for seven days."""
