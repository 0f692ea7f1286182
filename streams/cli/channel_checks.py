"""What `komek doctor` says about the ways to people's pockets: what is set up, and what would fail without a word."""

import re
from collections.abc import Iterator

from apprise import Apprise

from dispatch.model.vocabulary import Skill
from dispatch.notices import texts
from dispatch.notices.ladder import ChannelKind
from streams.local.check import Check, fail, note, ok, warn
from streams.notices import configured
from streams.settings import Settings
from streams.wire.offer_links import LENGTH

_BOT_TOKEN = re.compile(r"\d{5,}:[\w-]{30,}")
_LINKED = {ChannelKind.TELEGRAM, ChannelKind.SMS, ChannelKind.EMAIL}


def channel_checks(settings: Settings) -> list[Check]:
    on = configured.kinds(settings)
    off = [kind.value for kind in ChannelKind if kind not in on]
    found = f"set up: {', '.join(on) or 'none'}" + (
        f"; not set up: {', '.join(off)} (USING.md, Notices)" if off else ""
    )
    return [ok("channels", found), *_push(settings), *_telegram(settings), *_gateways(settings), *_links(settings)]


def _push(settings: Settings) -> Iterator[Check]:
    if settings.vapid_key is not None and settings.vapid_subject is None:
        yield note(
            "push to iPhones",
            "off: KOMEK_VAPID_SUBJECT names nobody, and Apple refuses such pushes",
            "Set it to a mailto: or https: address that somebody reads.",
        )


def _telegram(settings: Settings) -> Iterator[Check]:
    token, bot = settings.telegram_token, settings.telegram_bot
    if (token is None) != (bot is None):
        missing = "KOMEK_TELEGRAM_BOT" if bot is None else "KOMEK_TELEGRAM_TOKEN"
        yield warn("telegram", f"off: {missing} is not set", "Set both: the token sends, the name makes the links.")
    if token is not None and not _BOT_TOKEN.fullmatch(token):
        # The token itself is never printed.
        yield warn("telegram token", "it does not have the form of a token", "Copy it again from @BotFather.")
    if token is not None and bot is not None and settings.telegram_secret is None:
        yield warn(
            "telegram replies",
            "no chat can be connected: KOMEK_TELEGRAM_SECRET is not set",
            "Set it, and the same secret_token with setWebhook, or KOMEK_TELEGRAM_POLL.",
        )


def _gateways(settings: Settings) -> Iterator[Check]:
    for name, url in (("SMS", settings.sms_url), ("EMAIL", settings.email_url), ("VOICE", settings.voice_url)):
        to = "somebody%40example.org" if name == "EMAIL" else "%2B77010000000"
        if url is not None and not Apprise().add(url.replace("{to}", to).replace("{message}", "text")):
            yield fail(f"{name.lower()} gateway", f"Apprise does not know KOMEK_{name}_URL", "See the list of Apprise.")
    if settings.sms_url is not None and settings.sms_secret is None:
        yield note(
            "replies by SMS",
            "off: KOMEK_SMS_SECRET is not set, so texts name no digits to answer with",
            "Set it, and have the gateway send messages to /v1/inbound/sms.",
        )


def _links(settings: Settings) -> Iterator[Check]:
    if not _LINKED & set(configured.kinds(settings)):
        return
    url = settings.public_url
    if url is None:
        yield warn(
            "public URL", "messages carry no link: KOMEK_PUBLIC_URL is not set", "Set it to the address of Komek."
        )
        return
    if not url.startswith("https://"):
        yield warn("public URL", "links in messages lead to plain http", "Phones sign in over https only.")
    link = f"{url.rstrip('/')}/v/#o={'0' * LENGTH}"
    has_replies = settings.sms_secret is not None
    said = [
        texts.offered_sms(language, skill=skill, distance_m=9_900, left_ms=90_000, link=link, has_replies=has_replies)
        for language in texts.LANGUAGES
        for skill in Skill
    ]
    if settings.sms_url is not None and any("#o=" not in one for one in said):
        yield note(
            "links in SMS",
            "some texts have no room for the link: the address is too long for one part",
            "A shorter host name; up to ten characters always fit.",
        )
