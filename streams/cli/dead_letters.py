"""`komek dead-letters`: inspect, replay and dismiss records that could not be read."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

import typer

from dispatch.model.counted import counted
from streams import clock
from streams.cli import audited
from streams.cli.context import broker_errors_reported, settings_here, settings_of_whole_log
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.cli.labels import words
from streams.cli.output import print_json, print_table, say
from streams.dead_letters import letters as dead_letters
from streams.dead_letters import outcomes
from streams.dead_letters.letters import DeadLetter, NotReplayable
from streams.dead_letters.outcomes import Dismissal, LetterSettled
from streams.topics import TOPICS

app = typer.Typer(help="Inspect, replay or dismiss dead letters.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Source = Annotated[str | None, typer.Option("--topic", help="Only letters of topics whose name contains this text.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Only letters whose reason contains this text.")]
Since = Annotated[int | None, typer.Option("--hours", help="Only letters of the last N hours.", min=1)]
By = Annotated[str, typer.Option("--by", help="Opaque id of the operator, recorded in the log.")]
HEX_WIDTH = 16
REDACTED = "(may contain personal data: --reveal shows it)"


@app.command("list")
def list_letters(
    topic: Source = None,
    reason: Reason = None,
    hours: Since = None,
    standing: Annotated[bool, typer.Option("--standing", help="Only letters neither replayed nor dismissed.")] = False,
    limit: Annotated[int, typer.Option(help="At most this many, the newest.", min=1)] = 100,
    json: Json = False,
) -> None:
    """List dead letters, newest last."""
    ended = _ended()
    letters = [letter for letter in _found(topic, reason, hours) if not (standing and letter.id in ended)][-limit:]
    if json:
        print_json([{**_head(letter), "ended": _end_of(ended.get(letter.id))} for letter in letters])
        return
    rows = [
        (
            letter.id,
            clock.rfc3339(letter.timestamp_ms),
            _place(letter),
            f"{letter.size_bytes} B",
            _end_words(ended.get(letter.id)),
            _reason(letter),
        )
        for letter in letters
    ]
    columns = ("id", "time of the record", "place", "size", "ended", "reason")
    print_table(counted(len(letters), "dead letter"), columns, rows, empty="no dead letters match; nothing to do")


@app.command()
def show(
    letter_id: Annotated[str, typer.Argument(help="The letter's id or a prefix of it.")],
    reveal: Annotated[bool, typer.Option("--reveal", help="Also show bytes that may contain personal data.")] = False,
    by: By = "cli",
    json: Json = False,
) -> None:
    """Show one letter: topic, partition and offset, the reason, and its bytes as hex and text."""
    letter = _one(letter_id)
    # Hidden also from --json, whose output is often kept in files.
    open_value = reveal or not letter.is_private
    if reveal and letter.is_private:
        audited.record(settings_here(), audited.entry(by, "dead_letter.reveal", letter.id))
    else:
        # Keys of records, and the bytes of commands and decisions: ids and places.
        audited.record_or_warn(settings_here(), audited.entry(by, "dead_letter.read", letter.id))
    if json:
        print_json(_whole(letter, open_value))
        return
    for name, value in _head(letter).items():
        say(f"{name:13} {value}")
    for name, content in letter.header_bytes:
        say(f"{'header':13} {name}: {_text(content or b'')}")
    say(f"{'key':13} {_text(letter.key_bytes or b'')}")
    say("value" + (f" (the first {len(letter.value_bytes or b'')} bytes)" if letter.is_cut else ""))
    lines = _dump(letter.value_bytes or b"") if open_value else [REDACTED]
    say("\n".join(f"  {line}" for line in lines))


@app.command()
def replay(
    letter_ids: Annotated[list[str] | None, typer.Argument(help="Ids or prefixes of ids.")] = None,
    topic: Source = None,
    reason: Reason = None,
    hours: Since = None,
    everything: Annotated[bool, typer.Option("--all", help="All letters that match the filters.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Include letters that were replayed or dismissed before.")
    ] = False,
    by: By = "cli",
    json: Json = False,
) -> None:
    """Send the original records to their original partitions again. The letters are kept.

    Each record gets the header `komek_replay_of` with the id of its letter. A record that is still unreadable becomes a new
    letter. Letters that were replayed or dismissed before are skipped, so the command may be repeated.
    """
    # Neither or both: a replay of everything must be asked for explicitly.
    if bool(letter_ids) == everything:
        raise CommandFailed(
            "no letters selected: give ids, or --all with filters", "`komek dead-letters list` shows them.", WRONG_USE
        )
    chosen = list(_found(topic, reason, hours)) if everything else _several(letter_ids or [])
    # Read before anything is sent, so that a repeat after an interruption skips what was recorded.
    ended = {} if again else _ended()
    letters = [letter for letter in chosen if letter.id not in ended]
    try:
        with broker_errors_reported():
            outcomes.replay(settings_here(), letters, by=by, at_ms=clock.now_ms())
    except NotReplayable as refusal:
        raise CommandFailed(str(refusal), "Nothing was sent; exclude that letter.") from refusal
    passed_over = [letter.id for letter in chosen if letter.id in ended]
    if json:
        print_json({"replayed": [letter.id for letter in letters], "passed_over": passed_over})
        return
    say(f"{counted(len(letters), 'record')} sent again, confirmed by the broker")
    if passed_over:
        skipped = counted(len(passed_over), "letter was", "letters were")
        say(f"{skipped} replayed or dismissed before and skipped; --again includes them")


@app.command()
def dismiss(
    letter_ids: Annotated[list[str], typer.Argument(help="Ids or prefixes of ids.")],
    because: Annotated[Dismissal, typer.Option("--because", help="Why no action is needed.")],
    by: By = "cli",
    json: Json = False,
) -> None:
    """Dismiss letters that need no action. Their alarm ends, and a record states who dismissed them and why."""
    letters = _several(letter_ids)
    with broker_errors_reported():
        outcomes.dismiss(settings_here(), letters, because, by=by, at_ms=clock.now_ms())
    if json:
        print_json({"dismissed": [letter.id for letter in letters]})
    else:
        say(f"{counted(len(letters), 'letter')} dismissed ({words(because)})")


def _found(topic: str | None, reason: str | None, hours: int | None) -> Iterator[DeadLetter]:
    if topic and not any(topic in known.name for known in TOPICS):
        names = ", ".join(sorted(known.name for known in TOPICS))
        raise CommandFailed(f"--topic {topic}: no topic has this in its name", f"There are {names}.", WRONG_USE)
    # By the time of the original record, as it is listed.
    since_ms = clock.now_ms() - hours * 3_600_000 if hours else 0
    with broker_errors_reported():
        for letter in dead_letters.read_letters(settings_of_whole_log()):
            if (topic or "") in letter.topic and (reason or "") in letter.reason and letter.timestamp_ms >= since_ms:
                yield letter


def _several(beginnings: list[str]) -> list[DeadLetter]:
    # One read for all of them: each read scans the whole topic.
    letters = list(_found(None, None, None))
    return [_matching(letters, beginning) for beginning in beginnings]


def _one(beginning: str) -> DeadLetter:
    return _matching(list(_found(None, None, None)), beginning)


def _matching(letters: list[DeadLetter], beginning: str) -> DeadLetter:
    # Two are enough to know that the prefix is ambiguous.
    matches = list(islice((letter for letter in letters if letter.id.startswith(beginning)), 2))
    if len(matches) != 1:
        count = "no letter has" if not matches else "several letters have"
        raise CommandFailed(f"{count} an id that starts with {beginning!r}", "`komek dead-letters list` shows them.")
    return matches[0]


def _head(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "time": clock.rfc3339(letter.timestamp_ms),
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "size_bytes": letter.size_bytes,
        "reason": letter.reason,
        "replay_of": letter.replay_of,
    }


def _whole(letter: DeadLetter, open_value: bool) -> dict[str, Any]:
    return {
        **_head(letter),
        "key_base64": letter.key,
        "headers_base64": dict(letter.headers),
        "value_base64": letter.value if open_value else None,
        "redacted": not open_value,
    }


def _ended() -> dict[str, LetterSettled]:
    with broker_errors_reported():
        return dict(outcomes.read_settled(settings_here()))


def _end_of(end: LetterSettled | None) -> dict[str, Any] | None:
    if end is None:
        return None
    return {"how": end.how, "why": end.why, "by": end.by, "at": clock.rfc3339(end.at_ms)}


def _end_words(end: LetterSettled | None) -> str:
    return "" if end is None else f"{words(end.how)} ({words(end.why)})" if end.why else words(end.how)


def _place(letter: DeadLetter) -> str:
    return f"{letter.topic} {letter.partition}:{letter.offset}"


def _reason(letter: DeadLetter) -> str:
    return letter.reason if letter.replay_of is None else f"{letter.reason} (replayed before: {letter.replay_of[:8]})"


def _dump(data: bytes) -> list[str]:
    """A hex dump with text, sixteen bytes per line."""
    return [
        f"{start:08x}  {data[start : start + HEX_WIDTH].hex(' '):{HEX_WIDTH * 3}} {_text(data[start : start + HEX_WIDTH])}"
        for start in range(0, len(data), HEX_WIDTH)
    ]


def _text(data: bytes) -> str:
    """Printable ASCII; a dot for all other bytes, so that control characters cannot reach the terminal."""
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)
