"""The summary of a period."""

from pydantic import Field

from api.schemas.base import Shown, Time
from api.schemas.places import NamesShown
from api.views.summary import By


class SummaryGroup(Shown):
    """Seconds from the report to the first offer, the first acceptance and the first arrival; null where there was none.

    `answered`, `arrived`: of how many incidents. `shortfall`: people are missing, or were never all there when it ended.
    `ready_to_close`: open ones whose work is done (`IncidentRow`).
    `staffed_share`: of those that were no false calls. False calls are in no time. `name`: of a district.
    """

    key: str
    name: NamesShown | None
    incidents: int
    offered_p50_s: float | None
    offered_p90_s: float | None
    answered_p50_s: float | None
    answered_p90_s: float | None
    arrived_p50_s: float | None
    arrived_p90_s: float | None
    answered: int
    arrived: int
    shortfall: int
    false_calls: int
    ready_to_close: int
    staffed_share: float | None


class PeriodSummary(Shown):
    """`kept_from`: ended incidents that were reported before may be gone. `complete` false: the period begins before it, or has
    more incidents than one request reads; `counted_from` then says from when on all are counted."""

    from_: Time = Field(alias="from")
    to: Time
    by: By
    items: list[SummaryGroup]
    total: SummaryGroup
    complete: bool
    counted_from: Time
    kept_from: Time
