"""Which kinds of channels this deployment can send, by its settings alone."""

from dispatch.notices.ladder import ChannelKind
from streams.settings import Settings


def kinds(settings: Settings) -> tuple[ChannelKind, ...]:
    """The kinds that are set up, in the order of `ChannelKind`."""
    is_on = {
        ChannelKind.WEBPUSH: settings.vapid_key is not None,
        ChannelKind.EMAIL: settings.email_url is not None,
        # The token sends, the name makes the links by which people connect: one is of no use without the other.
        ChannelKind.TELEGRAM: settings.telegram_token is not None and settings.telegram_bot is not None,
        ChannelKind.SMS: settings.sms_url is not None,
        ChannelKind.VOICE: settings.voice_url is not None,
    }
    return tuple(kind for kind in ChannelKind if is_on[kind])
