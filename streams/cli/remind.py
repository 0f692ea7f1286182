"""`komek incident remind`: sends the notice of an offer once more. Exit codes: those of other manual commands (`by_hand.py`)."""

from streams.api_paths import path_of
from streams.cli.by_hand import WAIT_S, KeyOption, ReasonOption, Sending, WaitOption, send_order
from streams.cli.client import ApiOption, JsonOption, TokenOption
from streams.cli.outcomes import Success


def remind(
    offer_id: str,
    reason: ReasonOption = None,
    key: KeyOption = None,
    wait: WaitOption = WAIT_S,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Send the notice of an offer once more, at most every 20 seconds."""
    sending = Sending(api=api, token=token, key=key, json=json, wait_s=wait)
    send_order(sending, path_of("offers", offer_id, "remind"), {"reason": reason}, Success(text="reminded"))
