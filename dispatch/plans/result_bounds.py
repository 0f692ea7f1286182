"""The `[bounds]` tables of a plan file: within which bounds results of digital work act without an operator.

A plan narrows the built-in bounds and never widens them: no table can let a result act on a critical or high incident, or further
than 2 km. No table has a key for what always holds: nobody is engaged, no other zone, no hazard area, and nothing against an
operator's own statement.
`incidents/exceeded_bounds.py` applies them.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from dispatch.model.vocabulary import Priority, ResultKind
from dispatch.plans.file_table import Table
from dispatch.plans.value_types import Expected, Rows, Unique, Whole, one_of

FURTHEST_M = 2_000
"""The distance within which reports are compared as duplicates (`context.NEAR_M`): what is further away is another event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultBounds:
    """`results`: the kinds that may act by themselves. `up_to`: the most urgent priority at which they do. `within_m`: how far
    an incident moves, or lies from the incident into which it is merged."""

    results: frozenset[ResultKind] = frozenset(ResultKind)
    up_to: Priority = Priority.NORMAL
    within_m: int = FURTHEST_M

    def allow(self, priority: Priority) -> bool:
        """Whether the priority is within the bounds."""
        # Critical and high again, although no table can state them: one mistake here would end help for a life at risk.
        return priority in (Priority.NORMAL, Priority.LOW) and priority.order >= self.up_to.order


class ResultBoundsTable(Table):
    """Bounds within which results of digital work act without an operator. A plan narrows them only."""

    expected: ClassVar[str] = "a table with results, up_to or within_m"

    results: Annotated[
        list[Annotated[ResultKind, one_of(ResultKind)]],
        Rows(f"a list of {', '.join(ResultKind)}; an empty list leaves all of them to operators"),
        Unique,
    ] = Field(default=list(ResultKind), description="Results that may act by themselves.")
    up_to: Annotated[
        Literal["normal", "low"],
        Expected("normal or low; results about critical and high incidents always wait for an operator"),
    ] = Field(default="normal", description="The most urgent priority at which results act by themselves.")
    within_m: Annotated[int, Whole(0, FURTHEST_M, f"whole metres from 0 to {FURTHEST_M}; a plan narrows only")] = Field(
        default=FURTHEST_M, description="Furthest move, or distance to a duplicate, in metres."
    )

    def build(self, base: ResultBounds) -> ResultBounds:
        """The bounds of this table; what it does not state is taken from `base`."""
        stated: dict[str, Any] = self.stated()
        return ResultBounds(
            results=frozenset(stated.get("results", base.results)),
            up_to=Priority(stated.get("up_to", base.up_to)),
            within_m=stated.get("within_m", base.within_m),
        )
