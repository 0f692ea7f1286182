"""SMS, mail and calls through Apprise: the deployer's gateway is a URL, `{to}` in it the number or address.

`{message}` may stand for the text as well, for gateways that a URL describes whole (`form://…?:body={message}`).
"""

from urllib.parse import quote

from apprise import Apprise

from dispatch.notices.ladder import ChannelKind
from dispatch.notices.texts import SMS_PART
from streams.notices.gateways import DeliveryFailed, Message, Refused
from streams.wire import ChannelPrivate


class AppriseGateway:
    """`url`: as in the settings. It is a secret: it names an account."""

    def __init__(self, kind: ChannelKind, url: str) -> None:
        self.kind = kind
        self._url = url

    async def close(self) -> None:
        """Nothing stays open."""

    async def send(self, message: Message, to: ChannelPrivate) -> None:
        """As `Gateway.send`. Apprise says only whether the gateway took it, so every failure may be repeated."""
        text = message.body
        if self.kind is ChannelKind.SMS:
            text = message.short[:SMS_PART]
        elif message.link is not None and self.kind is ChannelKind.EMAIL:
            text = f"{message.body}\n\n{message.link}"
        url = self._url.replace("{to}", quote(to.address, safe="")).replace("{message}", quote(text, safe=""))
        sender = Apprise()
        if not sender.add(url):
            raise Refused("bad_gateway_url")
        title = message.title if self.kind is ChannelKind.EMAIL else ""
        if not await sender.async_notify(body=text, title=title):
            raise DeliveryFailed("gateway_refused")
