"""`komek cap`: alerts in the Common Alerting Protocol (CAP 1.1 and 1.2)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from dispatch.model.counted import counted
from dispatch.plans import book
from streams import clock
from streams.cap.desk import ApiDesk
from streams.cap.fetching import fetched
from streams.cap.importing import Desk, Done, DryRun
from streams.cap.sources import gathered
from streams.cli import cap_follow
from streams.cli.cap_setup import (
    AnywhereOption,
    LedgerOption,
    PrivateOption,
    RulesOption,
    Setup,
    TrustOption,
    check_rules,
    desk_errors_reported,
    opened_ledger,
    setup,
)
from streams.cli.client import ApiOption, JsonOption, TokenOption, access
from streams.cli.errors import FAILED
from streams.cli.labels import reason_words
from streams.cli.output import print_json, print_table, say

app = typer.Typer(help="Import and follow alerts in the Common Alerting Protocol (CAP).", no_args_is_help=True)
REPEAT = "What was done is in the ledger: repeat the command once the API answers."


app.command("follow")(cap_follow.command)


@app.callback()
def cap() -> None:
    """Import and follow alerts in the Common Alerting Protocol (CAP)."""


@app.command("import")
def import_(
    sources: Annotated[list[str], typer.Argument(help="Files, addresses of alerts or feeds, or - for standard input.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Post what follows to the API; without it, only show.")
    ] = False,
    rules: RulesOption = None,
    ledger: LedgerOption = None,
    trust: TrustOption = None,
    private: PrivateOption = False,
    anywhere: AnywhereOption = False,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Turn alerts into hazard areas and incidents by rules, and follow their updates and cancellations.

    An alert that was imported before has no second effect. Exit code 1 when something could not be read or used.
    """
    given = setup(rules, ledger, trust, anywhere=anywhere)

    def bytes_at(url: str) -> bytes:
        return fetched(url, is_private_allowed=private or given.settings.cap_private).raw or b""

    found = gathered(sources, bytes_at, given.judge)
    with (
        opened_ledger(given.ledger, is_written=apply) as entries,
        _desk(api, token, given, is_real=apply) as desk,
        desk_errors_reported(REPEAT),
    ):
        done = [*found.faults, *given.importer(entries, desk, clock.now_ms()).run(found.alerts)]
    _show(done, is_applied=apply, json=json)
    if any(one.step is None for one in done):
        raise typer.Exit(FAILED)


@contextmanager
def _desk(api: str | None, token: str | None, given: Setup, *, is_real: bool) -> Iterator[Desk]:
    if not is_real:
        plans = book.load(given.settings.plans) if given.settings.plans else book.load_builtin()
        # Plans that were applied at run time are known to the API alone, which a dry run does not ask.
        for sentence in given.rules.without_plan({one.type: one.precautions.hazard for one in plans.plans.values()}):
            say(f"{sentence} (plans of this machine; --apply asks the API for those in force)", to_errors=True)
        yield DryRun()
        return
    with access(api, token).http(identity="cap-import") as http:
        desk = ApiDesk(http)
        check_rules(given.rules, desk)
        yield desk


def _show(done: Sequence[Done], *, is_applied: bool, json: bool) -> None:
    steps = [one.step.value if one.step else "refused" for one in done]
    if json:
        items = [
            {
                "identifier": one.identifier,
                "event": one.event,
                "step": step,
                "reason": one.reason,
                "rule": one.rule,
                "incident_id": one.incident_id,
            }
            for one, step in zip(done, steps, strict=True)
        ]
        print_json({"applied": is_applied, "items": items})
        return
    rows = [
        (one.identifier, one.event, step, one.rule, reason_words(one.reason), one.incident_id or "")
        for one, step in zip(done, steps, strict=True)
    ]
    columns = ("message", "event", "step", "rule", "why", "incident")
    print_table(counted(len(rows), "message"), columns, rows, empty="no messages; nothing to do")
    if not is_applied:
        say("nothing was sent; --apply posts it")
