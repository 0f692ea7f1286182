"""Labels of priorities, states and ages: a word and a sign each, so that colour is never the only distinction."""

from rich.text import Text

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


def age(seconds: float) -> str:
    """Formats a duration: `7 s`, `3:05`, `1:02:03`."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
