"""Every command that shows data of people leaves an entry in the audit log: through the API, or its own."""

import ast
import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

from typer.core import TyperGroup

import streams.cli
from streams.audit.reader import AuditFilter, AuditReader
from streams.cli.main import COMMANDS, load
from streams.kafka import topic_admin
from streams.settings import Settings
from streams.wire import AuditRecord
from tests.support.cli import komek
from tests.support.syntax import tree_of

API = "through the API, which records it"
OWN = "writes its own entry"
NOTHING = "shows no data of people"
SHOWS = {
    "up": NOTHING,
    "worker": NOTHING,
    "notifier": NOTHING,
    "assistant": NOTHING,
    "api": NOTHING,
    "retention list": NOTHING,
    "retention check": NOTHING,  # places in Kafka and Redis by pattern, without ids
    **dict.fromkeys(("topics apply", "topics check", "topics acls", "topics users", "redis users"), NOTHING),
    **dict.fromkeys(("plans check", "plans apply"), NOTHING),
    "shadow": NOTHING,  # counts
    "token": API,
    **dict.fromkeys(("sessions list", "sessions end", "sessions revoke"), API),
    **dict.fromkeys(("skills list", "skills verify", "skills revoke"), API),
    **dict.fromkeys(("why", "watch", "status", "audit list"), API),
    "audit verify": NOTHING,  # writers and offsets
    "board": OWN,
    "simulate": NOTHING,  # people that it made up
    "replay": NOTHING,  # the file of the caller
    "replay-log": NOTHING,  # counts
    "cap import": API,
    "cap follow": API,
    "card import": API,
    "rebuild": NOTHING,
    "export": OWN,  # sealed, and for whoever has the key
    "import": OWN,
    **dict.fromkeys(("keys list", "keys add", "keys rotate", "keys retire", "keys vapid"), NOTHING),
    "dead-letters list": NOTHING,  # ids of letters, places in the log and reasons
    "dead-letters show": OWN,
    **dict.fromkeys(("dead-letters replay", "dead-letters dismiss"), NOTHING),
    # Ids of events and incidents, codes and times.
    **dict.fromkeys(
        (
            "webhooks check",
            "webhooks list",
            "webhooks letters",
            "webhooks replay",
            "webhooks dismiss",
            "webhooks resume",
        ),
        NOTHING,
    ),
    "doctor": NOTHING,
}
READERS = ("streams.readers.last_known", "streams.readers.private_log", "streams.readers.feed", "streams.store.reads")
"""Modules that give states of incidents and people without the API."""


def leaves() -> Iterator[tuple[str, str]]:
    """Each command with its module."""
    for name, made in COMMANDS.items():
        group = load(name)
        if not isinstance(group, TyperGroup):
            yield name, made.module
        else:
            yield from ((f"{name} {leaf}", made.module) for leaf in group.commands)


def imported(module: str) -> set[str]:
    path = Path(streams.cli.__file__).with_name(f"{module}.py")
    nodes = list(ast.walk(tree_of(path)))
    names = {f"{one.module}" for one in nodes if isinstance(one, ast.ImportFrom)}
    return names | {alias.name for one in nodes if isinstance(one, ast.Import) for alias in one.names}


def test_every_command_is_in_the_table() -> None:
    # All commands about one incident are requests.
    names = {name for name, _ in leaves() if not name.startswith("incident ")}

    assert names == SHOWS.keys()


def test_who_reads_without_the_api_writes_entries() -> None:
    # `keys` counts records under each key, and shows no more than that.
    reads = {module for _, module in leaves() if imported(module) & set(READERS)} - {"keys"}
    own = {module for name, module in leaves() if SHOWS.get(name) == OWN}
    source = {module: Path(streams.cli.__file__).with_name(f"{module}.py").read_text("utf-8") for module in own}

    assert reads <= own
    assert all("audited.record" in text for text in source.values())


def test_the_board_is_recorded_and_printed_without_a_key_ring_too(kafka: str, tmp_path: Path) -> None:
    topic_admin.apply_topics(Settings(kafka=kafka))
    here = {"KOMEK_KAFKA": kafka, "KOMEK_DATA": str(tmp_path)}
    key = base64.urlsafe_b64encode(bytes(32)).decode()

    recorded = komek("board", "--print", "--by", "op-31", **here, KOMEK_DATA_KEY=key)
    unrecorded = komek("board", "--print", "--by", "op-32", **here)

    assert "end of the board" in recorded.stdout
    assert "not in the audit log" not in recorded.stderr
    assert [(one.role, one.action) for one in entries_of(kafka, "op-31") if one.subject != "start"] == [
        ("cli", "board.print")
    ]
    assert "end of the board" in unrecorded.stdout
    assert "not in the audit log" in unrecorded.stderr
    assert entries_of(kafka, "op-32") == []


def entries_of(kafka: str, actor: str) -> list[AuditRecord]:
    page = asyncio.run(AuditReader(Settings(kafka=kafka), "test").page(AuditFilter(actor=actor), limit=10))
    return [entry for _, entry in page.entries]
