"""The file of receivers, and the signature that they verify."""

import base64
import hashlib
import hmac

import pytest

from streams.webhooks.signatures import signed_headers
from streams.webhooks.subscriptions import MOST, BadSubscriptions, subscriptions_of

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
GOOD = f'[webhooks.gis]\nurl = "https://gis.example/in?key=hidden"\nsecret = "{SECRET}"\n'


def test_a_file_is_read() -> None:
    found = subscriptions_of(GOOD + 'types = ["incident.", "komek.hazard."]\nactor = "gis-desk"\nprivate = true')["gis"]

    assert (found.types, found.actor, found.is_private_allowed) == (("incident.", "hazard."), "gis-desk", True)
    assert found.secrets == (b"k" * 32,)
    assert found.shown_url == "https://gis.example/in"
    assert "kkkk" not in repr(found)
    assert subscriptions_of("") == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = [", "not TOML"),
        ("hooks = 1", "tables [webhooks.NAME]"),
        ("[webhooks]\ngis = 1", "webhooks.gis: expected a table"),
        (GOOD + "sekret = 1", "expected a table of"),
        (GOOD.replace("gis]", "GIS]"), "small letters"),
        (GOOD.replace("https://gis.example/in?key=hidden", "gis.example"), "url: expected an address"),
        (GOOD.replace(SECRET, "hidden"), "secret: expected whsec_"),
        (GOOD.replace(SECRET, "whsec_aGlkZGVu"), "24 to 64 bytes"),
        (GOOD.replace(f'"{SECRET}"', "[]"), "one to 3 secrets"),
        (GOOD + 'types = ["person."]', "beginnings of incident.reported"),
        (GOOD + 'types = [""]', "beginnings of"),
        (GOOD + "private = 1", "private: expected true or false"),
        (GOOD + "actor = 1", "actor: expected a text"),
        ("".join(GOOD.replace("gis]", f"w{n}]") for n in range(MOST + 1)), f"at most {MOST}"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_no_secret(text: str, words: str) -> None:
    with pytest.raises(BadSubscriptions) as refused:
        subscriptions_of(text)

    assert words in str(refused.value)
    assert "hidden" not in str(refused.value)


def test_the_signature_is_that_of_standard_webhooks() -> None:
    # From the specification: https://github.com/standard-webhooks/standard-webhooks, "Verifying webhooks".
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'

    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, [secret])

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_during_a_change_of_the_secret_both_sign() -> None:
    old, new = b"o" * 24, b"n" * 24

    said = signed_headers("m", 1, b"{}", [new, old])["webhook-signature"]

    expected = [base64.b64encode(hmac.digest(key, b"m.1.{}", hashlib.sha256)).decode() for key in (new, old)]
    assert said.split(" ") == [f"v1,{one}" for one in expected]
