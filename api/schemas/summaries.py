"""The summary of one incident, made by software out of events."""

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.base import Shown


class SentenceShown(Shown):
    """`events`: those of the decision records on which the sentence stands, as `<decision_id>/<number in its events>`."""

    code: str
    text: str
    events: Annotated[list[str], Field(min_length=1)]


class IncidentSummary(Shown):
    """What became of the incident, from its events alone: no words of a person, and nobody is named.

    `complete`: the report itself was among the decisions that were read; at most the newest 500 are.
    """

    made_by: Literal["assistant"]
    incident_id: str
    language: Literal["kk", "ru", "en"]
    sentences: list[SentenceShown]
    complete: bool
    model: str
    version: str
