"""The settings of whoever follows feeds of alerts (CAP). A part of `settings.py`."""

from dataclasses import dataclass
from pathlib import Path

from streams import setting_values as values
from streams.assistant_settings import AssistantSettings
from streams.notice_settings import setting

SELDOMEST_S = 600
"""Between two requests to a feed: the alarm counts on it (`monitoring/queried_alarms.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings(AssistantSettings):
    cap_feeds: tuple[str, ...] = setting(
        (),
        values.web_addresses,
        "feeds of alerts (CAP, Atom, RSS) that `komek cap follow` follows, http or https, blanks between; unset: none",
    )
    cap_every_s: int = setting(
        120, values.whole(10, SELDOMEST_S), "seconds between two requests to a feed; one that fails is asked less often"
    )
    cap_rules: Path | None = setting(
        None,
        values.path,
        "what follows from an alert (TOML; `dispatch/cap/builtin.toml` is the example); unset: the built-in rules",
    )
    cap_trust: Path | None = setting(
        None, values.path, "certificates (PEM) of senders whose signatures on alerts count; unset: nobody's"
    )
    cap_private: bool = setting(
        False, values.switch, "on: feeds and their links may lead to a private network, such as a mirror of your own"
    )
    cap_token: Path | None = setting(
        None,
        values.path,
        "file (0600) with the token of a feed by which `komek cap follow` works, read for every request: `komek token --out`"
        " keeps it up; unset: one signed here",
    )
