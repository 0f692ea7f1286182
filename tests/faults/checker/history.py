"""What clients asked for and were answered: I1 and I11 by Idempotency-Key, I16 by the clock."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.faults.checker.commands import Commands
from tests.faults.checker.decisions import Decisions
from tests.faults.checker.faulty_times import FaultyTimes
from tests.faults.checker.findings import Book
from tests.faults.checker.folder import Folder, Unreadable

Line = dict[str, Any]
KIND_OF = {
    "update": "update_incident",
    "cancel": "cancel_incident",
    "close": "close_incident",
    "reopen": "reopen_incident",
    "escalate": "escalate_incident",
    "assign": "assign_volunteer",
    "withdraw": "withdraw_offer",
    "remind": "remind_person",
    "accept": "accept_offer",
    "confirm": "confirm_changes",
    "decline": "decline_offer",
    "progress": "report_progress",
    "result": "give_result",
}
ANSWERED_WITHIN_MS = 2_000
MISSED_AT_MOST = 0.001


@dataclass(slots=True, kw_only=True)
class Ordered:
    """All attempts at one order: one caller, one Idempotency-Key."""

    what: str
    path: str
    actor: str
    invoked_ms: int
    external_digest: str | None = None
    lines: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    """In answers 2xx to the first body, each once."""
    other_ids: list[str] = field(default_factory=list)
    """In answers 2xx to other bodies under the same key."""
    answered_ms: int | None = None
    is_unknown: bool = False
    """An attempt has no answer, or none that says whether it is in the log."""

    @property
    def where(self) -> str:
        return f"history {', '.join(map(str, self.lines[:6]))}"

    @property
    def is_promised(self) -> bool:
        return bool(self.ids or self.other_ids)


class History:
    def __init__(self, times: FaultyTimes, book: Book) -> None:
        self._times = times
        self._book = book
        self._under_way: dict[str, Line] = {}
        self.orders: dict[tuple[str, str], Ordered] = {}
        self._posts: Counter[str] = Counter()
        self._missed: list[tuple[int, str]] = []

    def read(self, folder: Folder) -> None:
        for line in folder.lines("history.jsonl"):
            try:
                self._line(line)
            except (KeyError, TypeError, AttributeError) as error:
                raise Unreadable(f"history.jsonl, line {line.get('n')}: {error!r}") from error
        for line in self._under_way.values():
            if line["key"] is not None:
                self._order(line).is_unknown = True
        self._judge_intake()

    @property
    def accepted(self) -> dict[str, str]:
        """Incidents that were promised, with the lines that say so."""
        return {
            incident_id: order.where
            for order in self.orders.values()
            if order.what == "report"
            for incident_id in (*order.ids, *order.other_ids)
        }

    def judge(self, commands: Commands, decisions: Decisions) -> None:
        self._judge_reports(commands)
        self._judge_orders(commands)
        self._judge_keys(decisions)

    def _line(self, line: Line) -> None:
        if line["phase"] == "invoke":
            self._under_way[line["op"]] = line
            return
        begun = self._under_way.pop(line["op"], line)
        self._book.counts[f"operations_{line['phase']}"] += 1
        if line["what"] == "poison" or line["key"] is None:
            return
        order = self._order(begun)
        if line["phase"] == "unknown":
            order.is_unknown = True
        elif line["phase"] == "ok":
            self._answered(order, line)
        elif line["other_body_of"] is not None and line["what"] == "report" and line["status"] != 422:
            self._book.found(
                "I11", f"another body under the same key: {line['status']}, not 422", f"history {line['n']}"
            )
        self._time(begun, line)

    def _order(self, line: Line) -> Ordered:
        order = self.orders.get((line["actor"], line["key"]))
        if order is None:
            order = Ordered(what=line["what"], path=line["path"], actor=line["actor"], invoked_ms=line["at_ms"])
            order.external_digest = line.get("external_digest")
            self.orders[line["actor"], line["key"]] = order
        order.lines.append(line["n"])
        return order

    def _answered(self, order: Ordered, line: Line) -> None:
        answer = line["answer"] if isinstance(line["answer"], dict) else {}
        ids = order.ids if line["other_body_of"] is None else order.other_ids
        if answer.get("id") is None:
            self._book.found("I1", f"{line['status']} without an id", f"history {line['n']}")
        elif answer["id"] not in ids:
            ids.append(answer["id"])
        if line["other_body_of"] is not None:
            self._book.counts["other_bodies_accepted"] += 1
        elif order.answered_ms is None:
            order.answered_ms = line["at_ms"]

    def _judge_reports(self, commands: Commands) -> None:
        """I1: every promise is in the log; of what was not promised there is no more than was left unknown."""
        promised: set[str] = set()
        unknown: Counter[str] = Counter()
        silent: dict[str, list[Ordered]] = defaultdict(list)
        for order in self.orders.values():
            if order.what != "report":
                continue
            self._book.checked("I1")
            for incident_id in (*order.ids, *order.other_ids):
                promised.add(incident_id)
                if incident_id not in commands.reports:
                    self._book.found("I1", f"202 for {incident_id}, which is not in the log", order.where)
            if not order.is_promised:
                unknown[order.actor] += order.is_unknown
                silent[order.actor].append(order)
        self._judge_unpromised(commands, promised, unknown, silent)

    def _judge_unpromised(
        self, commands: Commands, promised: set[str], unknown: Counter[str], silent: dict[str, list[Ordered]]
    ) -> None:
        """Which unknown became which incident is not said, unless by an external id; so they are counted for each caller."""
        unpromised: dict[str, list[str]] = defaultdict(list)
        # The log holds only keyed digests; the harness knows the key and wrote the digest beside each request.
        of_external: dict[tuple[str, str], list[str]] = defaultdict(list)
        for incident_id, about in commands.reports.items():
            for digest in about["external_digests"] - {None}:
                of_external[about["by"], digest].append(incident_id)
            if incident_id not in promised:
                unpromised[about["by"]].append(incident_id)
        for actor, orders in silent.items():
            extra = len(unpromised[actor]) - unknown[actor]
            if extra > 0:
                text = (
                    f"{actor}: {extra} incidents more than unknown reports; nobody was promised {unpromised[actor][:5]}"
                )
                self._book.found("I1", text, orders[0].where)
                continue
            for order in orders:
                found = of_external.get((actor, order.external_digest or ""), [])
                if len(set(found) - promised) > order.is_unknown:
                    text = f"external id {order.external_digest} has incidents {found} after no or an unknown answer"
                    self._book.found("I1", text, order.where)

    def _judge_orders(self, commands: Commands) -> None:
        """I1, for every other order: what was answered 202 is in the log."""
        promised: dict[tuple[str, str], list[Ordered]] = defaultdict(list)
        for order in self.orders.values():
            if order.what in KIND_OF and order.ids:
                promised[KIND_OF[order.what], order.path.split("/")[3]].append(order)
        for (kind, subject), orders in promised.items():
            self._book.checked("I1", len(orders))
            logged = commands.orders[kind, subject]
            if len(orders) > logged:
                text = f"{kind} {subject}: {len(orders)} were answered 202, {logged} are in the log"
                self._book.found("I1", text, orders[-1].where)

    def _judge_keys(self, decisions: Decisions) -> None:
        """I11. Another body that was let in must have been refused by the dispatcher: one incident at the most is there."""
        for order in self.orders.values():
            if len(order.lines) < 2:
                continue
            self._book.checked("I11")
            if len(order.ids) > 1:
                self._book.found("I11", f"one key, {len(order.ids)} answers: {', '.join(order.ids)}", order.where)
            others = [one for one in order.other_ids if one not in order.ids] if order.what == "report" else []
            made = [one for one in (*order.ids, *others) if decisions.reported[one]]
            if others and len(set(made)) > 1:
                self._book.found("I11", f"one key and two bodies made {', '.join(made)}", order.where)

    def _time(self, begun: Line, line: Line) -> None:
        if line["method"] != "POST" or line["phase"] == "fail" or line["other_body_of"] is not None:
            return
        if not self._times.is_only_behind(begun["at_ms"], line["at_ms"]):
            return
        self._posts[line["phase"]] += 1
        took_ms = line["at_ms"] - begun["at_ms"]
        if line["phase"] != "ok" or took_ms > ANSWERED_WITHIN_MS:
            self._missed.append((line["n"], f"{line['what']}: {line['phase']} after {took_ms} ms"))

    def _judge_intake(self) -> None:
        count = sum(self._posts.values())
        self._book.checked("I16", count)
        if count and len(self._missed) / count > MISSED_AT_MOST:
            share = 100 * (1 - len(self._missed) / count)
            text = f"{share:.2f} % of {count} POSTs; {self._missed[0][1]}"
            self._book.found("I16", text, f"history {', '.join(str(n) for n, _ in self._missed[:5])}")

    def reports(self) -> Iterator[tuple[str, Ordered]]:
        """Incidents that were promised, and how."""
        for order in self.orders.values():
            if order.what == "report":
                for incident_id in order.ids:
                    yield incident_id, order
