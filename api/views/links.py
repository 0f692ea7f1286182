"""Links of responses."""

from streams.api_paths import path_of
from streams.tokens import Role


def incident_links(incident_id: str) -> dict[str, str]:
    links = {"self": path_of("incidents", incident_id)}
    return links | {name: path_of("incidents", incident_id, name) for name in ("timeline", "decisions")}


def order_links(incident_id: str, command_id: str, role: Role) -> dict[str, str]:
    """With the outcome for operators, who alone may read it."""
    return incident_links(incident_id) | (outcome_link(incident_id, command_id) if role is Role.OPERATOR else {})


def outcome_link(incident_id: str, command_id: str) -> dict[str, str]:
    """For operators: what became of a command that was acknowledged."""
    return {"outcome": path_of("incidents", incident_id, "commands", command_id)}


def offer_links(offer: str, incident_id: str) -> dict[str, str]:
    """For the person of the offer."""
    return {"self": path_of("offers", offer), "incident": path_of("incidents", incident_id)}


def answer_links(offer: str, incident_id: str, role: Role) -> dict[str, str]:
    """Of a 202 about an offer. Only its person may read the offer by itself; operators read it in the incident."""
    links = offer_links(offer, incident_id)
    return links if role is Role.VOLUNTEER else links | {"self": links["incident"]}
