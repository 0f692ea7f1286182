"""Fields of a person's job: which changes must be confirmed, and which are shown before an acceptance."""

from enum import StrEnum


class JobField(StrEnum):
    """Fields of a person's job, as listed in `changes` of an offer; named as in the HTTP body where it has the field."""

    TYPE = "type"
    PRIORITY = "priority"
    LOCATION = "location"
    LANGUAGE = "language"
    DESCRIPTION = "description"
    ADDRESS = "address"
    CALLER = "caller"
    ROLE = "role"  # of the requirement the person fills
    LANGUAGES = "languages"  # of that requirement
    HAZARD = "hazard"  # whether the incident is a hazard area, and who may enter it
    STAGING = "staging"  # the staging point at the edge of that area
    HAZARD_ON_WAY = "hazard_on_way"  # hazard area of another incident, on the person's way or where they work
    CERTAINTY = "certainty"
    ALARM_LEVEL = "alarm_level"
    MATERIAL = "material"  # a result of digital work arrived: translation, summary, media report or map
    LEASE = "lease"  # digital work: how long the person holds it


CONFIRMED_FIELDS = frozenset(JobField) - {
    JobField.CERTAINTY,
    JobField.ALARM_LEVEL,
    JobField.MATERIAL,
    JobField.LEASE,
}
"""Changes that the person must confirm, because acting without them may be wrong. Other changes are only announced."""

SHOWN_BEFORE_ACCEPTANCE = frozenset(
    {
        JobField.TYPE,
        JobField.PRIORITY,
        JobField.LOCATION,
        JobField.LANGUAGE,
        JobField.ROLE,
        JobField.LANGUAGES,
        JobField.HAZARD,
        JobField.CERTAINTY,
        JobField.ALARM_LEVEL,
    }
)
"""Fields shown to people who have not answered yet; the location only approximately (`geo.coarse`)."""
