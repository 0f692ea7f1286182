"""The plan book that the requests of this process use."""

from dataclasses import dataclass

from dispatch.model.local_time import ALMATY
from dispatch.plans.book import PlanBook


@dataclass(slots=True)
class PlansInForce:
    """Holds the plan book in force, with the hours of the deployment; `PlanFollower` replaces it."""

    book: PlanBook
    time_zone: str = ALMATY

    def __post_init__(self) -> None:
        self.put(self.book)

    def put(self, book: PlanBook) -> None:
        self.book = book.in_time_zone(self.time_zone)
