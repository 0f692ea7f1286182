"""How a batch is divided: whole partitions in a lane, and each incident at most once in a part."""

from types import SimpleNamespace
from typing import Any

from streams.worker.lanes import without_repeats


def commands(*incidents: str) -> list[Any]:
    return [(SimpleNamespace(offset=n), SimpleNamespace(incident_id=one)) for n, one in enumerate(incidents)]


def parts(*incidents: str) -> list[list[tuple[str, int]]]:
    return [
        [(command.incident_id, record.offset) for record, command in part]
        for part in without_repeats(commands(*incidents))
    ]


def test_there_are_as_many_parts_as_the_busiest_incident_has_commands() -> None:
    divided = parts("a", "b", "a", "c", "a", "b", "d")

    assert [[incident for incident, _ in part] for part in divided] == [["a", "b", "c", "d"], ["a", "b"], ["a"]]


def test_commands_of_an_incident_keep_the_order_of_the_log() -> None:
    divided = parts("a", "b", "a", "a", "b")

    assert [offset for part in divided for incident, offset in part if incident == "a"] == [0, 2, 3]
    assert [offset for part in divided for incident, offset in part if incident == "b"] == [1, 4]


def test_nothing_has_no_parts() -> None:
    assert parts() == []
