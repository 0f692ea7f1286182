"""Signatures of webhooks, as Standard Webhooks 1.0 defines them (standardwebhooks.com)."""

import base64
import hashlib
import hmac
from collections.abc import Sequence


def signed_headers(webhook_id: str, at_s: int, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    """`webhook-id`, `webhook-timestamp` and `webhook-signature`: one `v1,…` for each secret, the first first."""
    content = f"{webhook_id}.{at_s}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(secret, content, hashlib.sha256)).decode() for secret in secrets]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }
