"""`komek incident accept-proposal` and `reject-proposal`: decide on a result of digital work that waits for an operator.

Exit codes: those of the other manual commands (`by_hand.py`).
"""

from streams.api_paths import path_of
from streams.cli.by_hand import WAIT_S, KeyOption, ReasonOption, Sending, WaitOption, send_order
from streams.cli.client import ApiOption, JsonOption, TokenOption
from streams.cli.outcomes import Success


def accept_proposal(
    incident_id: str,
    proposal_id: str,
    reason: ReasonOption = None,
    key: KeyOption = None,
    wait: WaitOption = WAIT_S,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Carry out what digital work found: close the incident as false, move it, or merge it."""
    path = path_of("incidents", incident_id, "proposals", proposal_id, "accept")
    sending = Sending(api=api, token=token, key=key, json=json, wait_s=wait)
    send_order(sending, path, {"reason": reason}, Success(text="carried out"))


def reject_proposal(
    incident_id: str,
    proposal_id: str,
    reason: ReasonOption = None,
    key: KeyOption = None,
    wait: WaitOption = WAIT_S,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Decide against what digital work found: nothing changes, and no result of its kind acts alone here any more."""
    path = path_of("incidents", incident_id, "proposals", proposal_id, "reject")
    sending = Sending(api=api, token=token, key=key, json=json, wait_s=wait)
    send_order(sending, path, {"reason": reason}, Success(text="rejected"))
