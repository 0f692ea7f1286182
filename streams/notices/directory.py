"""Whom a notice can reach: the sealed channels of a person, their duty and their language, read from Redis for each notice.

Nothing is kept between two notices: an erased person, a logged-out browser and a person off duty get nothing from then on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.model.languages import canonicals
from dispatch.model.private_refs import MESSAGE, channels_ref
from dispatch.notices.ladder import ChannelKind
from dispatch.notices.texts import language_of
from streams import redis_keys, wire
from streams.ring import LiveRing
from streams.store.reach import DeviceState, ReachPort
from streams.store.redis_client import RedisClient
from streams.wire import ChannelPrivate, ChannelsPrivate


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """A person as the notifier knows them."""

    record: ChannelsPrivate
    on_duty: bool
    language: str
    states: Mapping[str, DeviceState]

    def by(self, kind: ChannelKind) -> list[ChannelPrivate]:
        """The verified channels of a kind that are not gone, in the person's order."""
        return [one for one in self.record.channels if one.kind is kind and one.verified_ms and not self._is_gone(one)]

    def _is_gone(self, channel: ChannelPrivate) -> bool:
        state = self.states.get(channel.id)
        return state is not None and state.is_gone_since(channel.added_ms)


class Directory:
    """Raises StoreUnavailable while Redis does not reply."""

    def __init__(self, link: RedisClient, reach: ReachPort, ring: LiveRing) -> None:
        self._link = link
        self._reach = reach
        self._ring = ring

    async def person(self, volunteer_id: str) -> Reachable | None:
        """None: the person has no channels, or they cannot be decrypted by this process.

        An id that begins as the references of messages do stands for who sent this message, who is no volunteer.
        """
        if volunteer_id.startswith(MESSAGE):
            return await self._sender(volunteer_id)
        ref = channels_ref(volunteer_id)
        sealed, (duty, spoken) = await self._link.run(
            [("GET", redis_keys.private(ref)), ("HMGET", redis_keys.volunteer(volunteer_id), "du", "la")]
        )
        # `offset|ciphertext`; of an erased record nothing follows the bar.
        _, _, ciphertext = (sealed or b"").partition(b"|")
        if not ciphertext:
            return None
        try:
            record = wire.open_channels(self._ring.now, ref, ciphertext)
        except wire.Unreadable:
            return None
        languages = canonicals(tuple((spoken or b"").decode().split(","))) if spoken else ()
        return Reachable(
            record=record,
            on_duty=duty == b"1",
            language=language_of(record.ui_language, languages),
            states=await self._reach.devices(volunteer_id),
        )

    async def _sender(self, ref: str) -> Reachable | None:
        (sealed,) = await self._link.run([("GET", redis_keys.private(ref))])
        _, _, ciphertext = (sealed or b"").partition(b"|")
        if not ciphertext:
            return None
        try:
            sent = wire.open_message(self._ring.now, ref, ciphertext)
            kind = ChannelKind(sent.way)
        except (wire.Unreadable, ValueError):
            return None
        channel = ChannelPrivate(id=ref, kind=kind, label="", added_ms=0, address=sent.address, verified_ms=0)
        return Reachable(
            record=ChannelsPrivate(channels=(channel,)), on_duty=False, language=language_of(sent.language), states={}
        )
