"""SMS, mail and calls through Apprise: the deployer's gateway is a URL, `{to}` in it the number or address.

`{message}` may stand for the text as well, for gateways that a URL describes whole (`form://…?:body={message}`).
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import quote

from apprise import Apprise, AppriseAsset

from dispatch.notices.ladder import ChannelKind
from dispatch.notices.texts import SMS_PART
from streams.notices.gateways import DeliveryFailed, Message, Refused
from streams.wire import ChannelPrivate

AT_ONCE = 64
"""Messages that one gateway is sent concurrently."""
# A redirect is a failure: what a login page answers with 200 was never sent, and the address of a person goes to no other host.
_ASSET = AppriseAsset(http_redirects=False)


class AppriseGateway:
    """`url`: as in the settings. It is a secret: it names an account."""

    def __init__(self, kind: ChannelKind, url: str) -> None:
        self.kind = kind
        self._url = url
        # Apprise's own threads are a few for all of its gateways: a mail server that hangs would hold up every SMS.
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix=f"notices-{kind}")

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def send(self, message: Message, to: ChannelPrivate) -> None:
        """As `Gateway.send`. Apprise says only whether the gateway took it, so every failure may be repeated."""
        text = message.body
        if self.kind is ChannelKind.SMS:
            text = message.short[:SMS_PART]
        elif message.link is not None and self.kind is ChannelKind.EMAIL:
            text = f"{message.body}\n\n{message.link}"
        url = self._url.replace("{to}", quote(to.address, safe="")).replace("{message}", quote(text, safe=""))
        sender = Apprise.instantiate(url, asset=_ASSET)
        if sender is None:
            raise Refused("bad_gateway_url")
        title = message.title if self.kind is ChannelKind.EMAIL else ""
        notify = partial(sender.notify, body=text, title=title)
        if not await asyncio.get_running_loop().run_in_executor(self._threads, notify):
            raise DeliveryFailed("gateway_refused")
