"""The report of a run, for people (`report.md`) and programs (`report.json`): our own measures and the checker's verdict."""

import json
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.faults.faults import Fault
from tests.faults.memory import Grown
from tests.faults.probes import Round

POSTS_WITHIN_MS = 2000
REDELIVERED = '"commands redelivered"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Seconds until every partition offered again, over all times a fault was struck."""

    fault: str
    since: str
    times: int
    p50_s: float | None
    max_s: float | None
    never: int
    budget_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What the harness itself counted."""

    operations: Mapping[str, int]
    struck: Mapping[str, int]
    recoveries: Sequence[Recovery]
    redelivered: int
    decided: int
    posts_in_time: float | None
    memory: Sequence[Grown]
    failures: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        recoveries = [{name: getattr(one, name) for name in Recovery.__slots__} for one in self.recoveries]
        return {
            "operations": dict(self.operations),
            "faults": dict(self.struck),
            "recoveries": recoveries,
            "commands_decided": self.decided,
            "commands_redelivered": self.redelivered,
            "posts_answered_202_within_2_s": self.posts_in_time,
            "memory": [asdict(one) for one in self.memory],
            "failures": list(self.failures),
        }


def recoveries_of(rounds: Sequence[Round], faults: Sequence[Fault]) -> list[Recovery]:
    budgets = {fault.name: fault.budget_s for fault in faults}
    names = dict.fromkeys((each.fault, each.since) for each in rounds)
    return [_recovery([r for r in rounds if (r.fault, r.since) == key], budgets.get(key[0])) for key in names]


def _recovery(rounds: Sequence[Round], budget_s: float | None) -> Recovery:
    worst = [each.worst_s for each in rounds if each.worst_s is not None]
    return Recovery(
        fault=rounds[0].fault,
        since=rounds[0].since,
        times=len(rounds),
        p50_s=round(statistics.median(worst), 2) if worst else None,
        max_s=round(max(worst), 2) if worst else None,
        never=len(rounds) - len(worst),
        budget_s=budget_s,
    )


def redelivered(logs: Path) -> int:
    """Records that workers found decided already, each once, as their logs say: counters die with a process, logs do not.

    Two libraries write into a log, now and then within one line, so the places are looked for and the line is not decoded.
    """
    lines = (line for log in logs.glob("worker-*.log*") for line in log.open(errors="replace") if REDELIVERED in line)
    return len({place for line in lines for place in re.findall(r'"(\d+:\d+)"', line)})


def decided(root: Path) -> int:
    path = root / "topics" / "komek.decisions.v1.jsonl"
    return sum(1 for _ in path.open("rb")) if path.exists() else 0


def posts_in_time(root: Path, spells: Sequence[tuple[int, int]]) -> float | None:
    """The share of valid reports that were answered 202 within two seconds while workers or Redis were down."""
    began: dict[str, int] = {}
    counted = in_time = 0
    for line in (root / "history.jsonl").open(encoding="utf-8"):
        entry = json.loads(line)
        if entry["what"] != "report" or entry["other_body_of"] or entry["repeat_of"]:
            continue
        if entry["phase"] == "invoke":
            began[entry["op"]] = entry["at_ms"]
        elif entry["phase"] != "fail" and any(low <= began[entry["op"]] <= high for low, high in spells):
            counted += 1
            in_time += entry["phase"] == "ok" and entry["at_ms"] - began[entry["op"]] <= POSTS_WITHIN_MS
    return in_time / counted if counted else None


def spells_without_workers_or_redis(root: Path) -> list[tuple[int, int]]:
    """When only workers or Redis were in trouble, as the nemesis wrote it down."""
    begins: dict[tuple[str, str], int] = {}
    spells = []
    for line in (root / "nemesis.jsonl").open(encoding="utf-8"):
        entry = json.loads(line)
        name = (entry["fault"], entry["target"])
        concerns = any(word in entry["fault"] for word in ("worker", "redis"))
        if concerns and entry["phase"] == "begin":
            begins[name] = entry["at_ms"]
        elif concerns and name in begins:
            spells.append((begins.pop(name), entry["at_ms"]))
    return spells


def verdict_of(root: Path) -> dict[str, Any] | None:
    """None when the checker left none."""
    try:
        found: dict[str, Any] = json.loads((root / "checker.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found


def violated(verdict: Mapping[str, Any] | None) -> set[str]:
    return {name for name, entry in (verdict or {}).get("invariants", {}).items() if entry["violated"]}


def write(root: Path, run: Mapping[str, Any], measures: Measures, verdict: Mapping[str, Any] | None) -> str:
    """Both files; returns the text."""
    whole = {"run": run, **measures.as_json(), "checker": verdict}
    (root / "report.json").write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", "utf-8")
    text = "\n".join(_text(run, measures, verdict)) + "\n"
    (root / "report.md").write_text(text, "utf-8")
    return text


def _text(run: Mapping[str, Any], measures: Measures, verdict: Mapping[str, Any] | None) -> list[str]:
    total = sum(measures.operations.values())
    ends = ", ".join(f"{count:,} {end}" for end, count in sorted(measures.operations.items()))
    share = measures.redelivered / measures.decided if measures.decided else 0.0
    lines = [
        f"# Fault run: {run['profile']}, seed {run['seed']}",
        "",
        f"- {run['minutes']:g} min of load and faults, {run['brokers']} broker(s), {run.get('security', 'PLAINTEXT')}",
        f"- {total:,} operations ({ends})",
        f"- {sum(measures.struck.values())} faults of {len(measures.struck)} kinds",
        f"- commands decided: {measures.decided:,}; redelivered after their decision: {measures.redelivered:,} ({share:.2%})",
    ]
    if measures.posts_in_time is not None:
        lines.append(
            f"- reports answered 202 within 2 s while workers or Redis were in trouble: {measures.posts_in_time:.2%}"
        )
    if run["still"] is False:
        lines.append(
            "- the log never stood still in the quiet phase: Redis and the API may be a step apart from the topics"
        )
    lines += [f"- FAILED: {failure}" for failure in measures.failures]
    lines += [
        "",
        "| fault | times | measured from | first offers p50 s | max s | budget s |",
        "| --- | --: | --- | --: | --: | --: |",
    ]
    lines += [_row(one) for one in measures.recoveries]
    lines += ["", "| part | ran min | MB after 2 min | MB at its end | MB at most |", "| --- | --: | --: | --: | --: |"]
    lines += [_memory_row(one) for one in measures.memory]
    if run["faults_not_possible"]:
        lines += ["", "Not possible here:", ""]
        lines += [
            f"- {one['fault']}: {one['reason']}; instead: {one['proxy_used']}" for one in run["faults_not_possible"]
        ]
    return [*lines, "", *_checked(verdict)]


def _row(one: Recovery) -> str:
    cells = [one.p50_s, f"{one.max_s}" + (f" ({one.never} never)" if one.never else ""), one.budget_s]
    return (
        f"| {one.fault} | {one.times} | {one.since} | " + " | ".join("" if c is None else str(c) for c in cells) + " |"
    )


def _memory_row(one: Grown) -> str:
    warm = "" if one.warm_mb is None else f"{one.warm_mb:.0f}"
    return f"| {one.name} | {one.lived_s / 60:.1f} | {warm} | {one.last_mb:.0f} | {one.most_mb:.0f} |"


def _checked(verdict: Mapping[str, Any] | None) -> list[str]:
    if verdict is None:
        return ["The checker gave no verdict."]
    lines = [
        f"Void events: {verdict.get('void_events', '?')}",
        "",
        "| invariant | checked | violated |",
        "| --- | --: | --: |",
    ]
    for name, entry in verdict.get("invariants", {}).items():
        lines.append(f"| {name} | {entry['checked']:,} | {entry['violated']:,} |")
    for name, entry in verdict.get("invariants", {}).items():
        lines += [f"- {name}: {one['where']}: {one['text']}" for one in entry["violations"][:10]]
    return [*lines, *(f"- note: {note}" for note in verdict.get("notes", []))]
