"""The response plans in force in this process; a new book replaces the old one whole."""

from dataclasses import dataclass

from dispatch.plans.book import PlanBook


@dataclass(slots=True)
class PlanShelf:
    book: PlanBook

    def put(self, book: PlanBook) -> None:
        self.book = book
