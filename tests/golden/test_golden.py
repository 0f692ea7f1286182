"""Records that earlier versions wrote are read by this one: a rolling upgrade and a restored backup have them in their topics.

If a test fails, do not touch its file: readers must take the old form too (a default for a new field, an alias for an old word).
`python -m tests.golden.record NAME` writes the file of a version that goes into use.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dispatch.model import vocabulary
from dispatch.model.command_kinds import COMMANDS
from dispatch.model.events import EVENTS
from dispatch.model.incidents import Incident
from dispatch.state.lifecycle import fold
from streams import wire
from streams.wire import codec
from tests.golden import record

FILES = sorted(Path(__file__).parent.glob("*.jsonl"))
CLASSES = {cls.__name__: cls for cls in record.classes()}


def lines(form: str) -> list[Any]:
    return [
        pytest.param(line, id=f"{file.stem}-{line[form]}-{number}")
        for file in FILES
        for number, line in enumerate(map(json.loads, file.read_text("utf-8").splitlines()))
        if form in line
    ]


def reader(cls: type) -> Callable[[bytes], Any]:
    if cls in COMMANDS.values():
        return wire.decode_command
    if cls in EVENTS.values():
        return wire.decode_decision
    return lambda data: codec.decode_as(data, cls)


def written(cls: type, read: Any) -> Any:
    data = wire.encode_decision(read) if cls in EVENTS.values() else record.encoded(cls, read)
    return json.loads(data)


def lost(old: Any, new: Any, where: str = "") -> list[str]:
    """What the old record says and the new one does not. New fields are no loss."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [text for key in old for text in lost(old[key], new.get(key), f"{where}.{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            text for number, pair in enumerate(zip(old, new, strict=True)) for text in lost(*pair, f"{where}[{number}]")
        ]
    return [] if old == new else [f"{where}: {old!r} became {new!r}"]


def test_there_are_records_of_each_class_of_this_version() -> None:
    """A new class needs no golden record before it goes into use, but the newest file must know those that were."""
    known = {line.values[0]["class"] for line in lines("class")}

    assert known <= CLASSES.keys(), "a class of an earlier version is gone; its records are still in the topics"
    assert len(known) > 100


@pytest.mark.parametrize("line", lines("class"))
def test_a_record_of_an_earlier_version_is_read_without_loss(line: dict[str, Any]) -> None:
    cls = CLASSES[line["class"]]

    read = reader(cls)(json.dumps(line["value"]).encode())

    assert lost(line["value"], written(cls, read)) == []


@pytest.mark.parametrize("line", lines("words"))
def test_no_word_of_an_earlier_version_is_gone(line: dict[str, Any]) -> None:
    word = getattr(vocabulary, line["words"])

    assert set(line["values"]) <= {one.value for one in word}


@pytest.mark.parametrize("line", lines("log"))
def test_the_log_of_an_earlier_version_leads_to_the_same_state(line: dict[str, Any]) -> None:
    state: Incident | None = None
    for entry in line["decisions"]:
        state = fold(state, wire.decode_decision(json.dumps(entry).encode()))

    assert lost(line["state"], json.loads(wire.encode(state))) == []
