"""Facts that follow from facts: each is added to what is known before the next rule looks at it."""

from dispatch.model.events import Event
from dispatch.model.incidents import Incident
from dispatch.state.lifecycle import Moment, evolve


class Unfolding:
    """A running state and the facts that led to it; lives only within one decision."""

    def __init__(self, state: Incident, moment: Moment) -> None:
        self.state = state
        self.facts: list[Event] = []
        self._moment = moment

    @property
    def now_ms(self) -> int:
        return self._moment.at_ms

    def add(self, *facts: Event) -> None:
        after = evolve(self.state, facts, self._moment)
        assert after is not None  # there was a state before
        self.state = after
        self.facts.extend(facts)
