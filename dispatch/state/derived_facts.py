"""Events derived from events within one decision: each is folded into the state before the next rule runs."""

from dispatch.model.events import Event
from dispatch.model.incidents import Incident
from dispatch.state.lifecycle import evolve
from dispatch.state.moment import Moment


class Unfolding:
    """A running state and the events that led to it; used within one decision only."""

    def __init__(self, state: Incident, moment: Moment) -> None:
        self.state = state
        self.facts: list[Event] = []
        self._moment = moment

    @property
    def now_ms(self) -> int:
        return self._moment.at_ms

    def add(self, *facts: Event) -> None:
        """Appends the events and folds them into the state.

        Raises:
            BrokenLog: an event cannot follow from the state.
        """
        # `evolve` also recomputes status and ladder clocks, so the next rule sees what the log will hold.
        after = evolve(self.state, facts, self._moment)
        assert after is not None  # there was a state before
        self.state = after
        self.facts.extend(facts)
