"""`komek topics`: create and check the topics of `streams/topics.py`."""

from dataclasses import asdict
from typing import Annotated

import typer

from streams.cli.context import broker_errors_reported, settings_here
from streams.cli.errors import CommandFailed
from streams.cli.output import print_json, print_table
from streams.kafka import topic_admin
from streams.kafka.topic_admin import Row, TopicResult
from streams.topics import TOPICS

app = typer.Typer(help="Create and check the topics.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SIGNS = {
    TopicResult.CREATED: "+ created",
    TopicResult.ALTERED: "~ altered",
    TopicResult.AS_STATED: "= as stated",
    TopicResult.DIFFERS: "? differs",
    TopicResult.REFUSED: "! refused",
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
    for problem in [] if json else problems:
        print(problem)
    if problems:
        raise CommandFailed(f"{len(problems)} dangerous differences", problems[0].advice)


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
    )
