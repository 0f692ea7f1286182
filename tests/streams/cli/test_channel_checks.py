"""What `komek doctor` says about the ways to people's pockets."""

from pathlib import Path
from typing import Any

import pytest

from streams.cli.channel_checks import channel_checks
from streams.settings import Settings

TOKEN = "123456:" + "a" * 35


def said(**settings: Any) -> dict[str, str]:
    return {check.name: check.level.value for check in channel_checks(Settings(**settings))}


def test_nothing_set_up_is_one_line() -> None:
    assert said() == {"channels": "ok"}


@pytest.mark.parametrize(
    ("settings", "name", "level"),
    [
        ({"vapid_key": Path("key.pem")}, "push to iPhones", "note"),
        ({"telegram_token": TOKEN}, "telegram", "warn"),
        ({"telegram_bot": "komek_bot"}, "telegram", "warn"),
        ({"telegram_token": "secret", "telegram_bot": "komek_bot"}, "telegram token", "warn"),
        ({"telegram_token": TOKEN, "telegram_bot": "komek_bot"}, "telegram replies", "warn"),
        ({"sms_url": "nothing://x/{to}"}, "sms gateway", "fail"),
        ({"sms_url": "json://127.0.0.1/{to}"}, "replies by SMS", "note"),
        ({"sms_url": "json://127.0.0.1/{to}"}, "public URL", "warn"),
        ({"email_url": "mailto://u:p@x.kz?to={to}", "public_url": "http://x.kz"}, "public URL", "warn"),
        (
            {"sms_url": "json://127.0.0.1/{to}", "sms_secret": "s" * 32, "public_url": "https://a.long.example.kz"},
            "links in SMS",
            "note",
        ),
    ],
    ids=range(10),
)
def test_what_would_fail_without_a_word_is_said(settings: dict[str, Any], name: str, level: str) -> None:
    assert said(**settings).get(name) == level


def test_a_complete_set_up_has_nothing_to_say_and_no_secret_is_printed() -> None:
    settings: dict[str, Any] = {
        "vapid_key": Path("key.pem"),
        "vapid_subject": "mailto:admin@komek.kz",
        "telegram_token": TOKEN,
        "telegram_bot": "komek_bot",
        "telegram_secret": "s" * 32,
        "sms_url": "json://user:password@127.0.0.1/{to}",
        "sms_secret": "s" * 32,
        "public_url": "https://komek.kz",
    }

    found = channel_checks(Settings(**settings))

    assert [check.name for check in found] == ["channels"]
    printed = " ".join(check.found + check.cure for check in channel_checks(Settings(telegram_token="leaked")))
    assert "leaked" not in printed
