"""`komek audit`: who saw or did what, and whether the audit log is complete."""

import asyncio
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from dispatch.model.counted import counted
from streams.api_paths import path_of
from streams.audit.chain import Finding, Verified, Verifier
from streams.audit.reader import AuditReader
from streams.cli.client import ApiOption, JsonOption, TokenOption, access, ask
from streams.cli.context import log_errors_reported, settings_of_whole_log
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.cli.output import print_json, print_table, say
from streams.ring import LiveRing
from streams.settings import Settings
from streams.wire.client_digests import all_digests

app = typer.Typer(help="Show who saw or did what; verify that the audit log is complete.", no_args_is_help=True)
Since = Annotated[str | None, typer.Option("--since", help="From this time on, like 2026-11-26T08:00:00Z.")]
PAGE = 500
SHOWN = 50


@app.command("list")
def list_entries(
    subject: Annotated[str | None, typer.Option("--subject", help="About this person or incident.")] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="By this person or process.")] = None,
    action: Annotated[str | None, typer.Option("--action", help="`incident` matches `incident.read` as well.")] = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(help="At most this many, the newest.", min=1)] = 200,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """List entries, newest first.

    After a breach, `--actor A --since T --limit 1000000 --json` names everybody whose data was seen. --json `complete`
    is false while older entries match; `unnamed` counts subjects of lists beyond those that an entry names.
    """
    wanted = {"subject": subject, "actor": actor, "action": action, "since": since}
    given: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    items: list[dict[str, Any]] = []
    older: str | None = None
    with access(api, token).http("admin") as http:
        while len(items) < limit:
            given["limit"] = min(PAGE, limit - len(items))
            page = ask(http, "GET", path_of("audit"), params=given)
            items += page["items"]
            older = page["next"]
            if older is None:
                break
            given["cursor"] = older
    subjects = Counter(one for item in items for one in {item["subject"], *item["subjects"]} if one)
    unnamed = sum(max(0, item["count"] - len(item["subjects"])) for item in items if item["count"] is not None)
    if json:
        print_json({"items": items, "subjects": sorted(subjects), "complete": older is None, "unnamed": unnamed})
        return
    rows = [(item["at"], item["actor"], item["role"], item["action"], _about(item)) for item in items]
    print_table(
        counted(len(items), "entry", "entries"),
        ("time", "actor", "role", "action", "about"),
        rows,
        empty="no entries match; entries are kept for a year, and --since, --actor, --subject and --action narrow the search",
    )
    say(f"{counted(len(subjects), 'subject')} and {unnamed:,} that no entry names; --json lists them")
    if older is not None:
        say("older entries match too; raise --limit")


@app.command()
def verify(since: Since = None, json: JsonOption = False) -> None:
    """Verify that no entry was removed, altered, inserted or reordered; exit code 1 if any was. Needs Kafka and the key ring."""
    settings = settings_of_whole_log()
    settings.require_kafka()
    since_ms = _ms(since)
    with log_errors_reported():
        counts, found = asyncio.run(_verified(settings, since_ms))
    if json:
        print_json({**asdict(counts), "findings": [asdict(finding) for finding in found]})
    else:
        say(
            f"{counted(counts.entries, 'entry', 'entries')}: {counts.chained} linked, {counts.repeated} repeated, "
            f"{counts.unchained} from before entries were linked"
        )
        for finding in found[:SHOWN]:
            say(f"offset {finding.offset}: {finding.fault}: {finding.detail} (writer {finding.writer or 'unknown'})")
    if found:
        raise CommandFailed(
            f"{counted(len(found), 'fault')} in the audit log",
            "Keep a copy of the topic, and find out who may write to the brokers.",
        )


async def _verified(settings: Settings, since_ms: int | None) -> tuple[Verified, list[Finding]]:
    verifier = Verifier(all_digests(LiveRing.of(settings).now))
    found: list[Finding] = []
    async for offset, value in AuditReader(settings, "komek-audit-verify").everything(since_ms):
        found += verifier.examine(offset, value)
    return verifier.counts, found


def _about(item: dict[str, Any]) -> str:
    if item["count"] is None:
        return str(item["subject"])
    return f"{item['count']}: {', '.join(item['subjects'][:3])}{' …' if item['count'] > 3 else ''}"


def _ms(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise CommandFailed(
            f"--since {text!r} is not a time", "Write it like 2026-11-26T08:00:00Z.", WRONG_USE
        ) from None
