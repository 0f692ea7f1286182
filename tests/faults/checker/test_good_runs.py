"""What is in order passes: the good story, and runs that come near to breaking an invariant."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.checker import __main__ as command
from tests.faults.checker.bad_edits import well_edited
from tests.faults.checker.building import NAME, PHONE, PLACE, PUBLISHED, Json, Story, incident_id, offer_id, requirement
from tests.faults.checker.check import check
from tests.faults.checker.faulty_times import FaultyTimes
from tests.faults.checker.findings import INVARIANTS
from tests.faults.checker.folder import Unreadable
from tests.faults.checker.published import FOLDER
from tests.faults.checker.reducer import FOLDS
from tests.faults.checker.states import States
from tests.faults.checker.telling import (
    WINDOW_MS,
    accept,
    close,
    coming_asked,
    confirm,
    decline,
    good,
    job_changed,
    looked_again,
    made,
    moved,
    order,
    report,
    reported,
    short,
    timer,
    update,
)
from tests.faults.checker.topics import DECISIONS, INCIDENTS, NOTICES, OFFERS, STATUS, VOLUNTEERS
from tests.support.syntax import tree_of

FIRST, SECOND = incident_id("first"), incident_id("second")


def everything_is_told_twice(story: Story) -> None:
    """A worker that took over publishes once more what the one before had published."""
    for topic in (OFFERS, NOTICES):
        for record, value in story.values(topic):
            story.put(topic, record["key"], value)
    record, value = story.values(STATUS)[-1]
    story.put(STATUS, record["key"], value)


def a_command_is_decided_twice(story: Story) -> None:
    """A worker that had slept decides once more: the first decision counts, and nothing of the second is told."""
    first = story.values(DECISIONS)[0][1]
    story.put(DECISIONS, "8320e5", {**first, "decided_ms": story.now_ms, "events": first["events"][:1]})


def a_dead_letter_is_written_twice(story: Story) -> None:
    record = next(record for record in story.topics[INCIDENTS] if record["key"] == "poison")
    story.letter(record)


def a_dead_letter_is_replayed(story: Story) -> None:
    """It was unreadable for an older worker; the same bytes come again and are decided."""
    command = story.command("add_note", SECOND, name="replayed", private_ref="x")
    story.letter(story.topics[INCIDENTS][-1])
    again = story.command("add_note", SECOND, name="replayed", private_ref="x")
    story.topics[INCIDENTS][-1]["headers"] = {"komek_replay_of": "l"}
    assert again["id"] == command["id"]
    story.decide(again, outcome="unchanged")


def an_unknown_report_became_an_incident(story: Story) -> None:
    command = story.command("report_incident", incident_id("a"), by="op-9", type="flood", body_digest="x")
    story.decide(command, reported(story), *short(story))
    story.ask("report", "/v1/incidents", key="k8", actor="op-9", status=None)
    story.ask("report", "/v1/incidents", key="k9", actor="op-9", status=None)


def another_body_was_refused_by_the_dispatcher(story: Story) -> None:
    """The API could not know, and both bodies lie in one zone: one incident, and a refusal in the log."""
    command = story.command("report_incident", FIRST, type="flood", body_digest="another")
    story.ask("report", "/v1/incidents", key="k-first", answer={"id": FIRST}, other_body_of="x")
    story.decide(command, outcome="refused")


def still_asked_at_the_end(story: Story) -> None:
    report(story, "left", "v2")


def an_answer_comes_just_in_time(story: Story) -> None:
    story.after(60_000)
    incident = report(story, "late", "v2")
    story.after(WINDOW_MS + 4_500)
    timer(story, incident, "v2", moved(incident, "v2", "expired", "no_answer"), *short(story))


def late_because_redis_was_down(story: Story) -> None:
    incident = report(story, "late", "v2")
    story.after(WINDOW_MS - 5_000).fault("redis flushed", "redis", "begin").after(15_000)
    story.fault("redis flushed", "redis", "end").after(15_000)
    timer(story, incident, "v2", moved(incident, "v2", "expired", "no_answer"), *short(story))


def off_duty_in_the_same_moment(story: Story) -> None:
    """The profile was logged before the decision, and was not in the live picture when the person was claimed."""
    story.person("v2", on_duty=False).after(500)
    incident = report(story, "race", "v2")
    order(
        story, "leave", "leave_duty", incident, moved(incident, "v2", "withdrawn", "off_duty"), *short(story),
        offer_id=offer_id(incident, "v2"), volunteer_id="v2",
    )  # fmt: skip


def one_after_the_other(story: Story) -> None:
    """In one decision a person is let go, in the next they are asked for something else."""
    first = report(story, "one", "v2")
    decline(story, first, "v2", *short(story))
    second = report(story, "two", "v2")
    accept(story, second, "v2")


def one_replaces_another(story: Story) -> None:
    """One decision accepts one and stands down another."""
    incident = report(story, "full", "v1", "v2")
    accept(story, incident, "v1")
    accept(story, incident, "v2", moved(incident, "v1", "stood_down", "not_needed"))


def a_late_acceptance(story: Story) -> None:
    incident = report(story, "late", "v1", "v2")
    story.after(WINDOW_MS)
    timer(story, incident, "v2", moved(incident, "v2", "expired", "no_answer"))
    accept(story, incident, "v2", moved(incident, "v1", "withdrawn", "filled"))


def silent_asked_and_replaced(story: Story) -> None:
    incident = report(story, "quiet", "v2")
    accept(story, incident, "v2")
    timer(story, incident, "v2", coming_asked(story, incident, "v2"))
    story.after(60_000)
    timer(story, incident, "v2", moved(incident, "v2", "withdrawn", "silent"), *short(story))
    looked_again(story)


def fewer_are_needed_than_are_done(story: Story) -> None:
    incident = report(story, "less", "v1", "v2", needs=(requirement(count=2),))
    for person in ("v1", "v2"):
        accept(story, incident, person)
    for person in ("v1", "v2"):
        progress = moved(incident, person, "done")
        offer = offer_id(incident, person)
        order(
            story, "progress", "report_progress", incident, progress, offer_id=offer, volunteer_id=person, state="done"
        )
    state = story.states[incident]
    update: Json = {
        "kind": "incident_updated",
        **{name: state[name] for name in ("type", "priority", "area", "language", "plan_version")},
        "requirements": [requirement(count=1)],
    }
    order(story, "update", "update_incident", incident, update)


def void_and_voided_under_double_faults(story: Story) -> None:
    story.run["profile"] = "double"
    first = report(story, "one", "v2")
    report(story, "two", "v2")
    story.topics[NOTICES].pop()
    void = story.command("void_offer", incident_id("two"), by="x", offer_id=offer_id(incident_id("two"), "v2"))
    story.decide(void, moved(incident_id("two"), "v2", "void", "engaged_elsewhere"), *short(story))
    accept(story, first, "v2")
    close(story, first, moved(first, "v2", "stood_down", "closed"))


def slow_while_a_broker_is_down(story: Story) -> None:
    """What a broker makes late is not laid to the workers' fault at the same time."""
    story.fault("kill broker leading a partition", "kafka-1", "begin").fault("kill worker", "worker-1", "begin")
    story.ask("report", "/v1/incidents", key="k9", status=503)
    story.fault("kill worker", "worker-1", "end").fault("kill broker leading a partition", "kafka-1", "end")


def slow_in_health(story: Story) -> None:
    story.after(60_000)
    story.ask("report", "/v1/incidents", key="k9", status=None, took_ms=6_000)


def canaries_where_they_belong(story: Story) -> None:
    """Far from each other, at three decimals, in the original bytes of a dead letter: no place, and no leak."""
    story.files["logs/w.log"] = f"{PLACE[0]:.3f} {PLACE[1]:.3f}\n{PLACE[0]:.6f}{'.' * 300}{PLACE[1]:.6f}\n"
    poison = story.put(INCIDENTS, "x", f"{NAME} {PHONE}".encode())
    story.letter(poison)
    story.bend.append(lambda redis, _: redis.append({"key": "komek:fix", "value": f"{PLACE}"}))


def decided_a_moment_ago(story: Story) -> None:
    """The log moved while Redis and the API were read: what they show was true a moment before."""
    before = json.dumps(story.states[SECOND])
    command = story.command("add_note", SECOND, private_ref="x")
    story.decide(command, {"kind": "note_added", "by": "x", "private_ref": "x"}, is_told=False)
    story.states[SECOND] = json.loads(before)


def asked_for_in_the_last_moment(story: Story) -> None:
    story.command("add_note", SECOND, private_ref="x")


def merged_and_taken_out_again(story: Story) -> None:
    incident = report(story, "twin", "v2")
    orders: list[tuple[str, Json, Json]] = [
        ("merge_incident", {"into": FIRST}, {"kind": "merge_begun", "into": FIRST, "by": "x", "due_ms": story.now_ms}),
        ("finish_merge", {"into": FIRST}, {"kind": "incident_merged", "into": FIRST, "by": "x"}),
        ("unmerge_incident", {}, {"kind": "incident_unmerged", "was_in": FIRST, "by": "x"}),
    ]
    for kind, fields, event in orders:
        ends = [moved(incident, "v2", "withdrawn", "merged")] if kind == "finish_merge" else []
        news = [made(story, incident, "v1")] if kind == "unmerge_incident" else []
        story.decide(story.command(kind, incident, **fields), *ends, event, *news)
    accept(story, incident, "v1")


def a_change_of_the_job_is_told_and_confirmed(story: Story) -> None:
    incident = report(story, "changing", "v2")
    accept(story, incident, "v2")
    update(story, incident, job_changed(incident, "v2", "priority"), priority="critical")
    second = update(story, incident, job_changed(incident, "v2", "type"), type="storm")
    story.after(40_000)
    confirm(story, incident, "v2", second["version"] - 1)


def a_change_in_the_last_moment_of_the_work(story: Story) -> None:
    """Nobody has to be told any more by the time the notifier comes to it."""
    incident = report(story, "changing", "v2")
    accept(story, incident, "v2")
    update(story, incident, job_changed(incident, "v2", "priority"), priority="critical")
    story.topics[NOTICES].pop()
    close(story, incident, moved(incident, "v2", "stood_down", "closed"))
    story.after(40_000)


def poison_in_the_log_of_decisions(story: Story) -> None:
    poison = story.put(DECISIONS, "x", b"{")
    story.letter(poison, DECISIONS)


PASS: list[Callable[[Story], None]] = [
    lambda _: None,
    everything_is_told_twice,
    a_command_is_decided_twice,
    a_dead_letter_is_written_twice,
    a_dead_letter_is_replayed,
    an_unknown_report_became_an_incident,
    another_body_was_refused_by_the_dispatcher,
    still_asked_at_the_end,
    an_answer_comes_just_in_time,
    late_because_redis_was_down,
    off_duty_in_the_same_moment,
    one_after_the_other,
    one_replaces_another,
    a_late_acceptance,
    silent_asked_and_replaced,
    fewer_are_needed_than_are_done,
    void_and_voided_under_double_faults,
    slow_while_a_broker_is_down,
    slow_in_health,
    canaries_where_they_belong,
    decided_a_moment_ago,
    asked_for_in_the_last_moment,
    merged_and_taken_out_again,
    a_change_of_the_job_is_told_and_confirmed,
    a_change_in_the_last_moment_of_the_work,
    poison_in_the_log_of_decisions,
]


@pytest.mark.parametrize("bend", PASS, ids=lambda bend: bend.__name__.strip("<>"))
def test_what_is_in_order_passes(bend: Callable[[Story], None], tmp_path: Path) -> None:
    story = good()
    bend(story)

    book = check(story.write(tmp_path))

    assert [one for name in INVARIANTS for one in book.findings(name)] == []


def test_everything_is_looked_at_in_the_good_run(tmp_path: Path) -> None:
    verdict = check(good().write(tmp_path)).as_json()

    assert [name for name, entry in verdict["invariants"].items() if not entry["checked"]] == []
    assert verdict["void_events"] == 0
    assert verdict["notes"] == []
    assert (verdict["counts"]["commands"], verdict["counts"]["repeated_commands"]) == (8, 1)
    assert verdict["liveness"]["report_to_first_offer_s"]["all"]["count"] == 3


def test_repeats_and_void_decisions_are_counted(tmp_path: Path) -> None:
    story = good()
    everything_is_told_twice(story)
    a_command_is_decided_twice(story)

    counts = check(story.write(tmp_path)).counts

    assert (counts["repeated_steps"], counts["void_decisions"], counts["void_events"]) == (9, 1, 0)


def test_without_notices_canaries_and_pictures_it_says_what_was_not_judged(tmp_path: Path) -> None:
    story = good()
    story.topics[NOTICES] = []
    story.canaries = {}
    story.bend += [lambda redis, _: redis.clear(), lambda _, http: http.clear()]

    book = check(story.write(tmp_path))

    assert book.is_clean
    assert [note.partition(":")[0] for note in book.notes] == ["I10", "I9", "I9", "I12"]


def test_duty_is_not_judged_where_profiles_were_compacted(tmp_path: Path) -> None:
    story = good()
    report(story, "off", "v3")
    del story.topics[VOLUNTEERS][0]

    book = check(story.write(tmp_path))

    assert "I5" not in book.broken
    assert any(note.startswith("I5") for note in book.notes)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"topics/{OFFERS}.jsonl", None),
        ("run.json", None),
        ("run.json", "{}"),
        ("run.json", "["),
        (f"topics/{OFFERS}.jsonl", '{"partition": 0}\n'),
        (f"topics/{OFFERS}.jsonl", "{\n"),
        ("nemesis.jsonl", "{}\n"),
        ("history.jsonl", '{"phase": "ok"}\n'),
        ("history.jsonl", "[]\n"),
        ("redis.jsonl", '{"key": "komek:inc:x", "value": "{"}\n'),
        ("canaries.json", "[]"),
    ],
)
def test_a_folder_that_cannot_be_read_is_exit_code_2(
    name: str, content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = good().write(tmp_path)
    if content is None:
        (root / name).unlink()
    else:
        (root / name).write_text(content, "utf-8")

    assert command.main([str(root)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_partition_out_of_order_cannot_be_read(tmp_path: Path) -> None:
    story = good()
    story.topics[OFFERS].reverse()

    with pytest.raises(Unreadable, match="after offset"):
        check(story.write(tmp_path))


def test_an_event_the_reducer_does_not_know_cannot_be_judged(tmp_path: Path) -> None:
    schemas = tmp_path / "schemas"
    schemas.mkdir()
    for path in FOLDER.glob("*.json"):
        (schemas / path.name).write_text(path.read_text("utf-8").replace('"note_added"', '"news_added"'), "utf-8")

    with pytest.raises(Unreadable, match="news_added"):
        check(good().write(tmp_path), schema_folder=schemas)


def test_the_reducer_knows_exactly_the_published_events() -> None:
    """Whoever publishes a new event says in `reducer.py` what it does to an incident: without that no fault run can be judged."""
    assert FOLDS.keys() | {"incident_reported"} == PUBLISHED.events


def test_the_verdict_is_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = good().write(tmp_path)

    assert command.main([str(root), "--json", str(tmp_path / "again.json")]) == 0
    assert json.loads((root / "checker.json").read_text("utf-8"))["invariants"]["I16"]["violated"] == 0
    assert (root / "again.json").read_bytes() == (root / "checker.json").read_bytes()
    printed = capsys.readouterr().out
    assert all(name in printed for name in INVARIANTS)


def test_findings_are_printed_with_their_places_and_are_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = good()
    for _ in range(7):
        story.put(OFFERS, "v1", b"{")

    assert command.main([str(story.write(tmp_path))]) == 1
    printed = capsys.readouterr().out
    assert f"{OFFERS} 0:9: no JSON" in printed
    assert "and 2 more" in printed


def test_it_runs_without_the_code_it_judges(tmp_path: Path) -> None:
    root = good().write(tmp_path)
    program = (
        "import sys; from tests.faults.checker.__main__ import main; "
        f"code = main([{str(root)!r}]); print(*sys.modules); sys.exit(code)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert not loaded & {"dispatch", "streams", "api", "msgspec", "faust", "kafka", "aiokafka", "redis"}


def test_no_file_of_the_checker_imports_the_code_it_judges() -> None:
    """Tests may: one of them needs topics in a real Kafka."""
    files = [path for path in Path(command.__file__).parent.glob("*.py") if not path.name.startswith("test_")]
    assert len(files) > 20
    for path in files:
        for node in ast.walk(tree_of(path)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            wrong = [name for name in names if name.partition(".")[0] in ("dispatch", "streams", "api")]
            assert not wrong, f"{path.name} imports {wrong}"


def test_packed_states_come_back_as_they_were() -> None:
    states = States(hot=2)
    for number in range(5):
        states.put({"id": str(number), "offers": [{"id": number}]})

    assert len(states) == 5
    assert {name: state["offers"][0]["id"] for name, state in states.items()} == {str(one): one for one in range(5)}
    assert states.get("none") is None


def test_a_fault_that_was_never_ended_lasts_until_all_was_healed() -> None:
    times = FaultyTimes([{"fault": "x", "target": "worker-1", "phase": "begin", "at_ms": 1_000}], healed_ms=9_000)

    assert (times.until_ms(999), times.until_ms(1_000), times.until_ms(39_000)) == (None, 39_000, 39_000)
    assert times.until_ms(39_001) is None
    assert times.allowed_ms(100_000, 5, 30) == 100_005
    assert times.allowed_ms(8_000, 5, 30) == 39_000


def test_edits_of_several_people_that_meet_and_do_not(tmp_path: Path) -> None:
    story = good()
    well_edited(story)

    book = check(story.write(tmp_path))

    assert book.broken == set(), [one for name in book.broken for one in book.findings(name)]
