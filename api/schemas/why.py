"""Why an incident is as it is, and why a person was asked or not: as facts that pages say in the reader's language."""

from typing import Literal

from api.schemas.base import Shown, Time


class WhySearch(Shown):
    """The last search for a requirement. `considered` and `excluded` (by rule) are bounds; `bounded`: it stopped at its limit."""

    considered: int
    asked: int
    excluded: dict[str, int]
    bounded: bool
    chance: float | None


class WhyTaken(Shown):
    """A step of the ladder that was taken."""

    action: str
    reason: str


class WhyMove(Shown):
    """A step of an offer. `heard_by`, `by`: how and who entered it for the person."""

    state: str
    reason: str | None
    at: Time
    heard_by: str | None
    by: str | None


class WhyFact(Shown):
    """One fact, by `code`; the fields that it has:

    - `state`: `type`, `priority`, `status`, `alarm_level`, `offers` (number by state), `plan_versions`
    - `requirement`: `requirement_id`, `skills`, `wanted`, `filled`, `short_since`, `reason` (of the shortfall), `is_final`,
      `search`, `taken`
    - `hint`: `requirement_id`, `reason` (`disagrees`: one more person is asked; `counted`: as the second answer), `hint_id`
    - `attention`: `reason`, `requirement_id`, `offer_id`, `volunteer_id`, `at`
    - `likely_duplicate`: `incident_id`, `likeness`, `reasons`
    - `proposal`: `proposal_id`, `reason` (what is proposed), `incident_id`, `reasons` (why it waits), `people`, `at`
    - `asked`: `requirement_id`, `offer_id`, `at`, `rank`, `considered`, `eta_s`, `score_s`, `terms`, `chance`, `by` (who
      named the person), `reasons` (rules set aside), `moves`
    - `passed_over`: `requirement_id`, `at`, `rank`, `considered`, `eta_s`, `score_s`, `terms`, `chance`, `before` (ids)
    - `fits`, `excluded`: `requirement_id`, `skills`, `reason` (the rule)
    """

    code: Literal[
        "state",
        "requirement",
        "hint",
        "attention",
        "likely_duplicate",
        "proposal",
        "asked",
        "passed_over",
        "fits",
        "excluded",
    ]
    type: str | None = None
    priority: str | None = None
    status: str | None = None
    alarm_level: int | None = None
    offers: dict[str, int] | None = None
    plan_versions: list[str] | None = None
    requirement_id: str | None = None
    skills: list[str] | None = None
    wanted: int | None = None
    filled: int | None = None
    short_since: Time | None = None
    reason: str | None = None
    is_final: bool | None = None
    search: WhySearch | None = None
    taken: list[WhyTaken] | None = None
    offer_id: str | None = None
    volunteer_id: str | None = None
    at: Time | None = None
    incident_id: str | None = None
    hint_id: str | None = None
    likeness: float | None = None
    reasons: list[str] | None = None
    proposal_id: str | None = None
    people: list[str] | None = None
    rank: int | None = None
    considered: int | None = None
    eta_s: float | None = None
    score_s: float | None = None
    terms: dict[str, float] | None = None
    chance: float | None = None
    before: list[str] | None = None
    by: str | None = None
    moves: list[WhyMove] | None = None
