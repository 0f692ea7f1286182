"""Labels of priorities, states and ages: a word and a sign each, so that colour is never the only distinction."""

import re

from rich.text import Text

_CODE = re.compile(r"^[a-z]+(?:_[a-z]+)+")

PRIORITY = {"critical": ("◆", "bold red"), "high": ("▲", "yellow"), "normal": ("●", "cyan"), "low": ("○", "dim")}
INCIDENT_STATUS = {
    "reported": ("?", "bold"),
    "dispatching": ("→", "cyan"),
    "staffed": ("=", "green"),
    "in_progress": ("»", "green"),
    "unfilled": ("!", "bold red"),
    "closed": ("-", "dim"),
    "cancelled": ("x", "dim"),
}


def priority_words(priority: str) -> str:
    return f"{PRIORITY.get(priority, ('?', ''))[0]} {priority}"


def priority_text(priority: str) -> Text:
    return Text(priority_words(priority), style=PRIORITY.get(priority, ("?", ""))[1])


def status_text(status: str) -> Text:
    shape, style = INCIDENT_STATUS.get(status, ("?", ""))
    return Text(f"{shape} {status}", style=style)


def words(code: object) -> str:
    """A code of an answer, as people read it: `no_answer` is `no answer`. JSON output keeps the code."""
    if isinstance(code, bool):
        return "yes" if code else "no"
    return str(code).replace("_", " ")


def reason_words(reason: str) -> str:
    """A reason that begins with its code, `bad_json: expected …`, or is one."""
    return _CODE.sub(lambda found: words(found[0]), reason)


def age(seconds: float) -> str:
    """Formats a duration: `7 s`, `3:05`, `1:02:03`."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
