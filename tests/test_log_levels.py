"""Levels of log events: `error` and above mean that somebody must act, and this list says what they do.

`warning`: something was not as intended, and the process has dealt with it. `info`: everything else, also the end of a trouble.
Normal life (a ladder that ends, an offer that is not answered) is never an error: alarms call for operators, logs do not.
"""

import ast
from functools import cache
from pathlib import Path

from tests.support.syntax import tree_of

ROOT = Path(__file__).parents[1]
DEVELOPER = "a bug: report it with the line"
REPLAY = "`komek dead-letters list`, then replay or dismiss"
ACTS = {
    "a bug ends this process": DEVELOPER,
    "alarms cannot be evaluated": DEVELOPER,
    "traces are not sent: install komek[traces]": "install the extra, or unset KOMEK_TRACES",
    "a decision does not follow from the log": DEVELOPER,
    "exception in a finalizer": DEVELOPER,
    "uncaught exception": DEVELOPER,
    "uncaught exception in a thread": DEVELOPER,
    "unexpected error": DEVELOPER,
    "watchdog check failed": DEVELOPER,
    "a record of sessions is unreadable": "find who else writes the topic; the record has no effect",
    "a record was left: the assistant cannot read it": "find who else writes the topic, or tell the developers; it has no hints",
    "a record is unreadable and has no effect": "find who else writes the topic; the record has no effect",
    "a rule asks for what no plan has: the API refuses its warnings": "apply plans with that type, or correct KOMEK_CAP_RULES",
    "a webhook ended by itself": DEVELOPER,
    "a webhook is stopped: its receiver wants no more": "ask the receiver; `komek webhooks resume`, or remove it",
    "the file of webhooks cannot be used": "correct the file of KOMEK_WEBHOOKS: `komek webhooks check`",
    "a text was given up: reading it does not end": DEVELOPER,
    "a text was given up: reading it fails": DEVELOPER,
    "record of keys is unreadable": "find who else writes the topic; the record has no effect",
    "decision is unreadable": "find who else writes the topic; the decision has no effect",
    "an entry of the audit log that an ended process left cannot be read": "keep the file of KOMEK_DATA for the data officer",
    "the file of the audit log cannot be written": "free space or correct the rights of KOMEK_DATA",
    "a message to the Telegram bot was refused": "see the code: the message is lost, the person has no answer",
    "a reply cannot be taken: the channels of its person cannot be decrypted": "find the missing key: alarm data_key_missing",
    "a service refuses our notices": "correct the token, key or address in the settings of the channel",
    "channel hangs; further notices are dropped": "look at the channel's provider, restart the notifier",
    "command dead-lettered": REPLAY,
    "record cannot be read": REPLAY,
    "record is unreadable": REPLAY,
    "data keys are missing": "copy the ring file of `komek keys` to this process",
    "data keys cannot be reloaded; the previous keys remain in force": "correct the file of KOMEK_DATA_KEYS",
    "private record cannot be decrypted": "find the missing key: alarm data_key_missing",
    "token keys cannot be reloaded; the previous keys remain in force": "correct the file of KOMEK_JWT_KEYS",
    "probes and metrics are not served": "free the port or change KOMEK_PROBES, then restart the process",
    "Kafka refuses this process": "correct user, password or ACLs: `komek doctor`",
    "plans are invalid": "apply a valid plan file; the previous one remains in force",
    "the certificate cannot be reloaded; the previous one remains in force": "correct KOMEK_TLS_CERT or KOMEK_TLS_KEY",
    "the watchdog ends this process": "see why it stood still, when it happens again",
}
"""Event to what a person does about it."""
LEVELS = {"error": "error", "exception": "error", "critical": "error", "warning": "warning"}
LOGGERS = {"log", "_log"}


@cache
def events() -> frozenset[tuple[str, str]]:
    """Level and event of each logging call of the product, from `warning` on."""
    found = set()
    for room in ("streams", "dispatch", "api"):
        for file in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(tree_of(file)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_logger(node.func.value):
                    name, first = node.func.attr, node.args[0] if node.args else None
                    if name in LEVELS and isinstance(first, ast.Constant):
                        found.add((LEVELS[name], str(first.value)))
    return frozenset(found)


def _is_logger(node: ast.expr) -> bool:
    named = isinstance(node, ast.Name) and node.id in LOGGERS
    return named or (isinstance(node, ast.Call) and ast.unparse(node.func) == "structlog.get_logger")


def test_an_error_is_what_somebody_must_act_on() -> None:
    found = {event for level, event in events() if level == "error"}

    assert found == ACTS.keys()


def test_no_event_has_two_levels() -> None:
    levels: dict[str, set[str]] = {}
    for level, event in events():
        levels.setdefault(event, set()).add(level)

    assert {event: found for event, found in levels.items() if len(found) > 1} == {}
