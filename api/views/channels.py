"""Channels of a person as the person sees them."""

from collections.abc import Mapping, Sequence

from api.views.values import View, time
from dispatch.notices.ladder import DAY_MIN, ChannelKind, QuietHours
from streams.store.reach import DeviceState
from streams.wire import ChannelPrivate, ChannelsPrivate

_UNTOLD = DeviceState()


def channel(one: ChannelPrivate, state: DeviceState | None = None, link: str | None = None) -> View:
    """`schemas.channels.ChannelShown`."""
    known = state or _UNTOLD
    return {
        "id": one.id,
        "kind": one.kind,
        "label": one.label,
        "order": one.order,
        "address": one.address if one.kind not in (ChannelKind.WEBPUSH, ChannelKind.TELEGRAM) else None,
        "added_at": time(one.added_ms),
        "verified_at": time(one.verified_ms),
        "last_ok": time(known.ok_ms),
        "last_heard": time(known.heard_ms),
        "state": _state(one, known),
        "code": known.code if _state(one, known) in ("failing", "gone") else None,
        "link": link,
    }


def channels(
    record: ChannelsPrivate, states: Mapping[str, DeviceState], kinds: Sequence[ChannelKind], vapid_key: str | None
) -> View:
    """`schemas.channels.ChannelList`."""
    quiet = record.quiet
    return {
        "items": [channel(one, states.get(one.id)) for one in record.channels],
        "kinds": kinds,
        "ui_language": record.ui_language,
        "quiet_from": hour_text(quiet.from_min) if quiet else None,
        "quiet_until": hour_text(quiet.until_min) if quiet else None,
        "vapid_public_key": vapid_key,
    }


def exported(record: ChannelsPrivate, states: Mapping[str, DeviceState]) -> View:
    """All that is stored about a person's channels, except the keys of their browsers and codes."""
    shown = channels(record, states, (), None)
    targets = {one.id: one.subscription.endpoint if one.subscription else one.address for one in record.channels}
    items = [{**item, "target": targets[item["id"]]} for item in shown["items"]]
    return {"items": items, **{name: shown[name] for name in ("ui_language", "quiet_from", "quiet_until")}}


def hour_text(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def quiet_hours(from_text: str | None, until_text: str | None) -> QuietHours | None:
    """The quiet hours of two times of day; None without them."""
    if from_text is None or until_text is None:
        return None
    return QuietHours(from_min=_minutes(from_text), until_min=_minutes(until_text))


def _minutes(text: str) -> int:
    return (int(text[:2]) * 60 + int(text[3:])) % DAY_MIN


def _state(one: ChannelPrivate, known: DeviceState) -> str:
    if one.verified_ms is None:
        return "unverified"
    # A device that was added anew is not the one that has gone.
    if known.is_gone_since(one.added_ms):
        return "gone"
    return "failing" if (known.failed_ms or 0) > max(known.ok_ms or 0, known.heard_ms or 0) else "on"
