"""What to do about a problem response of the API: one sentence per code, empty where there is nothing to do."""

ADVICE = {
    "bad_json": "Correct the input and repeat.",
    "bad_request": "Check --api: a proxy or another service answers there.",
    "invalid_parameter": "Correct the address and repeat.",
    "duplicate_key": "Correct the input and repeat.",
    "nul_character": "Correct the input and repeat.",
    "idempotency_key_required": "--key takes 1 to 200 visible ASCII characters.",
    "unauthenticated": (
        "A token that was revoked or has expired: give a new one with --token. If the API uses other keys: set KOMEK_DATA to its "
        "folder or KOMEK_JWT_KEYS to its keys."
    ),
    "code_refused": "Make another link: `komek token ROLE --id ID --link`.",
    "login_refused": "Begin the login again on the page of Komek; an operator of the issuer assigns roles.",
    "issuer_unavailable": "Repeat later, or use a link: `komek token ROLE --id ID --link`.",
    "cross_site": "Open the page of Komek itself: other sites cannot use its sessions.",
    "https_required": "Open the page over https, or over http on this machine.",
    "key_missing": "Add the key to the ring of the API (KOMEK_DATA_KEYS); then repeat the command.",
    "too_many_live_views": "Close other live views of this token, or wait.",
    "too_many_requests": "Wait some seconds, then repeat the command.",
    "private_unreadable": "Add the key that the record names to the ring of the API (KOMEK_DATA_KEYS).",
    "forbidden": "Give a --token with a role that has this permission.",
    "not_your_offer": "",
    "not_found": "`komek incident list` lists the incidents, `komek incident show` the offers of one.",
    "method_not_allowed": "Check --api: another version of Komek or another service answers there.",
    "not_acceptable": "Check --api: another version of Komek or another service answers there.",
    "request_timeout": "Repeat in a few seconds.",
    "offer_ended": "",
    "link_ended": "",
    "incident_ended": "",
    "ended_too_long_ago": "`komek incident new` reports it anew.",
    "reminded_lately": "Wait twenty seconds.",
    "incident_open": "Close or cancel the incident first.",
    "channel_code_refused": "",
    "too_many_channels": "",
    "positions_withdrawn": "",
    "conflict": "",
    "alarm_not_standing": "",
    "other_session": "",
    "unknown_volunteer": "Check the id.",
    "off_duty": "",
    "engaged": "",
    "in_distress": "Close the incident of their danger once they are safe.",
    "filled": "",
    "unreachable": "Call the person, or repeat with --force and --reason.",
    "rules_against": "--force with --reason overrides these rules.",
    "already_escalated": "",
    "already_split": "`komek incident show` of the incident that the problem names lists its people.",
    "proposal_outdated": "`komek incident show INCIDENT` prints the proposals that wait.",
    "edit_conflict": "Read the incident again and repeat with its present values.",
    "version_conflict": "Read the incident again and repeat with its present values.",
    "body_too_large": "Send less at a time.",
    "uri_too_long": "Give fewer or shorter ids and filters.",
    "unsupported_media_type": "Check --api: another version of Komek or another service answers there.",
    "invalid": "Correct the value and repeat.",
    "range_not_satisfiable": "",
    "out_of_range": "Correct the value and repeat.",
    "zero_position": "Correct the value and repeat.",
    "bad_accuracy": "Correct the value and repeat.",
    "too_old": "",
    "from_the_future": "Set the clock of the device and repeat.",
    "idempotency_key_reused": "Give another --key.",
    "headers_too_large": "Give a shorter --token or --key.",
    "internal": "The log of the API names the route.",
    "waited_too_long": "Repeat in a few seconds.",
    "overloaded": "Repeat in a few seconds.",
    # Without the key of the request; `client.refusal` names it where it has one.
    "unknown_outcome": "Repeat with the same --key.",
    "picture_unavailable": "Repeat in a few seconds; `komek status` shows what is down.",
    "assistant_off": "Go on without it; PUT /v1/assistant switches it on.",
    "assistant_busy": "Go on without it, or repeat in a few seconds.",
    "audit_unavailable": "Repeat in a few seconds; `komek status` names the alarm `audit_unwritten`.",
    "log_unavailable": "Repeat in a few seconds; `komek status` shows what is down.",
}
"""By `code` of the problem details. A test compares the codes with those of the API."""


def advice_for(code: str, status: int, key: str | None = None) -> str:
    """The sentence for a problem; empty if there is nothing to do. `key`: the Idempotency-Key of the request."""
    if code == "unknown_outcome" and key:
        # The key is usually one made for this command: without it a repeat would be a second order.
        return f"Repeat with --key {key}: an order that was stored has no second effect."
    # A status without a known code comes from a proxy.
    return ADVICE.get(code, "Repeat in a few seconds." if status >= 500 else "")
