"""Keys of the topic `private`, which stores the personal data of people and incidents."""

from dispatch.model.ids import derived

HANDOVER = "handover:"
"""Keys of notes of a shift begin so."""
MESSAGE = "message:"
"""Keys of messages from the public begin so."""


def report_ref(incident_id: str) -> str:
    """Key of the private record of a report that does not name its own record."""
    return f"incident:{incident_id}"


def text_ref(incident_id: str, kind: str, command_id: str) -> str:
    """Key of the encrypted record of one command; `kind`: the kind of text."""
    # Every reference of an incident begins with its report's: erasure and retention find all of them (DESIGN 79).
    return f"{report_ref(incident_id)}:{kind}:{command_id}"


def consents_ref(volunteer_id: str) -> str:
    """Key of the record of a person's consents and of the privacy notices that were shown to them."""
    return f"consents:{volunteer_id}"


def volunteer_ref(volunteer_id: str) -> str:
    return f"volunteer:{volunteer_id}"


def channels_ref(volunteer_id: str) -> str:
    """Key of the record of a person's channels: devices, numbers and addresses that notices go to."""
    return f"channels:{volunteer_id}"


def handover_ref(note_id: str) -> str:
    """Key of the text of a note of a shift for the next one."""
    return f"{HANDOVER}{note_id}"


def message_ref(message_id: str) -> str:
    """Key of the content of a message from the public, with the number or chat that it came from."""
    return f"{MESSAGE}{message_id}"


def model_hints_ref(incident_id: str, source_ref: str) -> str:
    """The same of what a model of the deployer read."""
    return text_ref(incident_id, "hints", str(derived("hints by a model of", source_ref)))


def hints_ref(incident_id: str, source_ref: str) -> str:
    """Key of the record of the hints about the text under `source_ref`."""
    return text_ref(incident_id, "hints", str(derived("hints of", source_ref)))
