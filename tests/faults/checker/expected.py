"""What a picture of the log has to hold, gathered in one pass over all states."""

from collections import Counter, defaultdict

from tests.faults.checker.decisions import Decisions
from tests.faults.checker.reducer import LIVE, is_open
from tests.faults.checker.timers import implied


class Expected:
    def __init__(self, decisions: Decisions) -> None:
        self.by_status: dict[str, set[str]] = defaultdict(set)
        self.by_priority: dict[str, set[str]] = defaultdict(set)
        self.live: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
        """Of each person: live offers with their incident and epoch; more than one only while one of them waits to be void."""
        self.timers: set[str] = set()
        self.shortfalls = 0
        self.late = decisions.late_incidents
        """Incidents about which something was decided in the last moments: the picture may show what was before."""
        for incident_id, state in decisions.states.items():
            self.by_status[state["status"]].add(incident_id)
            if is_open(state):
                self.by_priority[state["priority"]].add(incident_id)
                self.shortfalls += sum(entry["shortfall"] is not None for entry in state["requirements"])
            for offer in state["offers"]:
                if offer["state"] in LIVE:
                    self.live[offer["volunteer_id"]][offer["id"]] = (incident_id, offer["epoch"])
            self.timers.update(implied(state))

    @property
    def counts(self) -> Counter[str]:
        return Counter({status: len(ids) for status, ids in self.by_status.items()})
