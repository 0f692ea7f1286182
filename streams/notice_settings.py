"""The settings of notices: keys, accounts and gateways by which people are reached. A part of `settings.py`.

Nothing is set: people are notified in their open app alone, and `komek doctor` says so once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streams import setting_values as values

APPRISE = "as a URL of Apprise; {to} stands for the number or address"


def setting(default: Any, parse: Callable[[str], Any], about: str, *, secret: bool = False) -> Any:
    """A field of a class of settings."""
    # Not in the repr: a traceback or a log of the settings would show it.
    return field(default=default, repr=not secret, metadata={"parse": parse, "about": about, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettings:
    public_url: str | None = setting(
        None, values.web_url, "address of Komek for people's browsers, without a path: links in notices begin with it"
    )
    webhooks: Path | None = setting(
        None,
        values.path,
        "file (TOML, 0600) with the receivers of webhooks, their event types and secrets, reloaded when it changes; unset: none",
    )
    vapid_key: Path | None = setting(
        None,
        values.path,
        "private key (PEM, P-256, 0600) of Web Push; unset: `komek up` creates one, `komek keys vapid` too",
    )
    vapid_subject: str | None = setting(
        None,
        values.contact,
        "who answers for the pushes: a real mailto: or https: address; unset: Apple refuses pushes, so they are off for iPhones",
    )
    push_hosts: tuple[str, ...] = setting(
        (), values.hosts, "push services besides the known ones: host or host:port, commas between; loopback for tests"
    )
    drill_pushes: bool = setting(
        True, values.switch, "off: drills are told in the open app alone, and no device rings for one"
    )
    telegram_token: str | None = setting(None, values.secret_text, "token of the Telegram bot", secret=True)
    telegram_bot: str | None = setting(None, values.text, "name of the Telegram bot, without @")
    telegram_api: str = setting(
        "https://api.telegram.org", values.web_url, "address of Telegram's Bot API, or of a Bot API server of your own"
    )
    telegram_secret: str | None = setting(
        None, values.secret_text, "secret_token of the bot's webhook /v1/inbound/telegram", secret=True
    )
    telegram_poll: str | None = setting(
        None,
        values.web_url,
        "address of the API, such as http://127.0.0.1:8000: the notifier fetches messages to the bot and hands them there;"
        " unset: the bot's webhook does",
    )
    sms_secret: str | None = setting(
        None, values.secret_text, "secret that a gateway sends to /v1/inbound/sms in X-Komek-Secret", secret=True
    )
    public_messages: tuple[str, ...] = setting(
        (),
        values.words("sms", "telegram"),
        "ways by which the public may report, commas between: sms, telegram; each needs its secret; unset: messages of strangers"
        " have no effect",
    )
    sms_url: str | None = setting(None, values.apprise_url, f"gateway of SMS, {APPRISE}", secret=True)
    email_url: str | None = setting(None, values.apprise_url, f"mail server, {APPRISE}", secret=True)
    voice_url: str | None = setting(
        None, values.apprise_url, f"gateway of calls, {APPRISE}; unset: nobody is called", secret=True
    )
