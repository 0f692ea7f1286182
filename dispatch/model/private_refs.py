"""Keys of the topic `private`: where the private text of a person or an incident is stored."""


def report_ref(incident_id: str) -> str:
    """Where the private half of a report lies that names no record of its own."""
    return f"incident:{incident_id}"


def text_ref(incident_id: str, kind: str, command_id: str) -> str:
    """Reference of the sealed record that came with one command."""
    return f"{report_ref(incident_id)}:{kind}:{command_id}"


def volunteer_ref(volunteer_id: str) -> str:
    return f"volunteer:{volunteer_id}"
