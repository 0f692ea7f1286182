"""Names of what stands in Redis, without the prefix `komek:` that all have in common; what is not here is not compared.

Not compared: places, homes and the indexes made of them (they come from `locations`, which is kept for an hour, and from sealed
records), what answers have taught (estimates), notes of intake, and claims of the last seconds.
"""

PREFIX = "komek:"
INCIDENT = "inc:"
VOLUNTEER = "vol:"
COMMAND = "cmd:"
TIMELINE = "timeline:"
BY_STATUS = "by-status:"
BY_PRIORITY = "by-priority:"
REFUSED = "refused:"
PROGRESS = "progress:"
ALL_INCIDENTS = "incidents"
ON_DUTY = "on-duty"
VOLUNTEERS = "volunteers"
TIMERS = "timers"
FREE_INDEXES = ("geo:", "dig:")
"""People who can be asked."""
