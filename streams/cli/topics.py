"""`komek topics`: create and check the topics of `streams/topics.py`, and the ACLs of `streams/kafka/access_rules.py`."""

from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from dispatch.model.counted import counted
from dispatch.model.plain_reason import plain_reason
from streams import private_file
from streams.cli.context import broker_errors_reported, settings_here
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.cli.output import print_json, print_table, sentence
from streams.components import Component
from streams.kafka import acl_admin, scram_users, topic_admin
from streams.kafka.acl_admin import PRINCIPAL_TYPE, Grant
from streams.kafka.topic_admin import Row, TopicResult
from streams.kafka.topic_drift import FINISH, UNFINISHED, told
from streams.topics import TOPICS

app = typer.Typer(help="Create and check the topics, and who may use them.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SIGNS = {
    TopicResult.CREATED: "+ created",
    TopicResult.ALTERED: "~ altered",
    TopicResult.AS_STATED: "= as stated",
    TopicResult.DIFFERS: "? differs",
    TopicResult.REFUSED: "! refused",
    TopicResult.IMPORTING: "! import has not ended",
}


@app.command()
def apply(json: Json = False) -> None:
    """Create missing topics and alter configuration that differs. May be repeated.

    Partitions and replicas of existing topics are never changed; differences are printed with a remedy.
    """
    with broker_errors_reported():
        rows = topic_admin.apply_topics(settings_here())
    if json:
        print_json([asdict(row) for row in rows])
    else:
        _print(rows)
    if any(row.standing is TopicResult.IMPORTING for row in rows):
        raise CommandFailed(f"{UNFINISHED}; nothing was changed", sentence(FINISH))
    refused = [row for row in rows if row.standing is TopicResult.REFUSED]
    if refused:
        # Exit code 1, although everything else was applied: start-up scripts must notice.
        names = ", ".join(row.topic for row in refused)
        raise CommandFailed(f"these topics differ and must be changed by hand: {names}", "\n".join(refused[0].notes))


@app.command()
def check(json: Json = False) -> None:
    """Print differences that prevent workers and the API from starting. Changes nothing."""
    with broker_errors_reported():
        problems = topic_admin.check_topics(settings_here())
    if json:
        print_json([asdict(problem) for problem in problems])
    elif not problems:
        print(f"{len(TOPICS)} topics, no dangerous differences")
    elif problems:
        print(told(problems))
    if problems:
        raise CommandFailed(counted(len(problems), "dangerous difference"), sentence(problems[0].advice))


@app.command()
def acls(
    apply: Annotated[
        bool, typer.Option("--apply", help="Set them in Kafka; needs a super user or ALTER on the cluster.")
    ] = False,
    principal: Annotated[
        list[str] | None, typer.Option(help="COMPONENT=PRINCIPAL instead of User:komek-COMPONENT; may be repeated.")
    ] = None,
    json: Json = False,
) -> None:
    """Print what each component must be allowed to do in Kafka, or set it as ACLs.

    Components: api, worker, notifier, assistant, operator, monitor, backup. Applying removes other ALLOW entries of the same
    principals on the same topics and groups, and leaves everything else.
    """
    principals = _principals(principal or [])
    if not apply:
        stated = [_shown(grant, "") for grant in acl_admin.grants(principals)]
        print_json(stated) if json else _print_acls(stated)
        return
    with broker_errors_reported():
        done = acl_admin.apply_acls(settings_here(), acl_admin.grants(principals))
    rows = [
        _shown(grant, standing)
        for standing, some in (("+ granted", done.granted), ("= as stated", done.kept), ("- removed", done.removed))
        for grant in some
    ]
    print_json({"acls": rows, "left": list(done.foreign)}) if json else _print_acls(rows)
    for entry in [] if json else done.foreign:
        print(f"left as it is: {entry}")


@app.command("users")
def make_users(
    passwords: Annotated[Path, typer.Option(help="Folder with a file for the password of each user: komek-api, ….")],
) -> None:
    """Make the users of Kafka, or change their passwords (SCRAM-SHA-512); needs a super user or ALTER on the cluster.

    Users without a file in the folder are left as they are.
    """
    known = {name.removeprefix(PRINCIPAL_TYPE) for name in acl_admin.usual_principals().values()}
    try:
        found = {name: private_file.read_text(passwords / name) for name in _files(passwords, known)}
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(
            f"a password in {passwords} cannot be read: {plain_reason(error)}", "Correct the files there.", WRONG_USE
        ) from error
    if not found or not all(found.values()):
        raise CommandFailed(
            f"{passwords} has no passwords",
            f"It needs files that are not empty: {', '.join(sorted(known))}.",
            WRONG_USE,
        )
    with broker_errors_reported():
        scram_users.set_passwords(settings_here(), found)
    print(f"{counted(len(found), 'user')}: {', '.join(sorted(found))}")


def _files(folder: Path, known: Collection[str]) -> list[str]:
    return [name for name in sorted(known) if (folder / name).exists()]


def _principals(given: list[str]) -> dict[Component, str]:
    found = acl_admin.usual_principals()
    for text in given:
        component, _, name = text.partition("=")
        if component not in list(Component) or not name:
            raise CommandFailed(
                f"--principal {text}: expected COMPONENT=PRINCIPAL",
                f"Components are {', '.join(Component)}.",
                WRONG_USE,
            )
        found[Component(component)] = name if name.startswith(PRINCIPAL_TYPE) else PRINCIPAL_TYPE + name
    return found


def _shown(grant: Grant, standing: str) -> dict[str, str]:
    right = grant.right
    shown = {"principal": grant.principal, "resource": right.resource, "name": right.name, "operation": right.operation}
    return {**shown, **({"standing": standing} if standing else {})}


def _print_acls(rows: list[dict[str, str]]) -> None:
    """One line for each principal and resource."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        key = (row["principal"], row["resource"], row["name"], row.get("standing", ""))
        lines.setdefault(key, []).append(row["operation"].lower())
    columns = (
        "principal",
        "resource",
        "name",
        "standing" if any(row.get("standing") for row in rows) else "",
        "operations",
    )
    shown = [(*key, ", ".join(operations)) for key, operations in sorted(lines.items())]
    print_table("ACLs", columns, shown, empty="no ACLs to print")


def _print(rows: list[Row]) -> None:
    keys = {topic.name: topic.key for topic in TOPICS}
    print_table(
        "Topics",
        ("topic", "standing", "partitions", "replicas", "kept", "key", "notes"),
        [
            (
                row.topic,
                SIGNS[row.standing],
                str(row.partitions),
                str(row.replication),
                row.kept,
                keys[row.topic],
                "\n".join(row.notes),
            )
            for row in rows
        ],
        empty="",
    )
