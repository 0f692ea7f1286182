"""Which tokens are accepted: claims, lifetimes by role, headers."""

import json

import pytest
from hypothesis import example, given

from streams.tokens import MAX_LIFETIME_S, BadLifetime, BadToken, Bearer, Role, TokenKeys
from streams.tokens.key_set import keys_of
from tests.support.signing import base64url, claims_of, ec, ed25519, rsa, signed
from tests.support.strategies import headers_of_tokens, hostile_claims

NOW_S = 1_795_000_000
HOUR_S = 3600
KEYS = TokenKeys.of_jwks({"keys": [ed25519(kid="one")]})


@given(hostile_claims(claims_of(NOW_S)), headers_of_tokens())
@example(claims_of(NOW_S, exp=float("inf")), {})
@example(claims_of(NOW_S, exp=10**400, iat=1.5), {})
@example(claims_of(NOW_S, role=["operator"]), {})
def test_any_claims_are_a_bearer_or_a_bad_token(claims: dict[str, object], header: dict[str, object]) -> None:
    token = signed(KEYS, claims, header)

    try:
        bearer = KEYS.verify(token, now_s=NOW_S)
    except BadToken:
        return

    assert isinstance(bearer, Bearer)
    assert bearer.sub.isascii()
    assert bearer.sub.isprintable()
    assert 0 < bearer.expires_s - bearer.issued_s + 1 <= MAX_LIFETIME_S[bearer.role] + 1


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 2_900,
        b'{"a":' * 500,
        json.dumps(claims_of(NOW_S)).encode("utf-16"),
        # Two values of one name: which one counts depends on the parser.
        json.dumps(claims_of(NOW_S)).replace("{", '{"role": "monitor", ', 1).encode(),
        json.dumps(claims_of(NOW_S, exp=0)).replace('"exp": 0', '"exp": 1e400').encode(),
        json.dumps(claims_of(NOW_S, exp=0)).replace('"exp": 0', '"exp": ' + "9" * 2_500).encode(),
    ],
)
def test_a_payload_that_is_not_strict_json_is_refused(payload: bytes) -> None:
    with pytest.raises(BadToken):
        KEYS.verify(signed(KEYS, payload), now_s=NOW_S)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ES256"},
        {"alg": ["Ed25519"]},
        {"alg": None},
        {"kid": "other"},
        {"kid": ["one"]},
        {"crit": ["exp"]},
        {"b64": False, "crit": ["b64"]},
        {"jwk": {"kty": "oct", "k": "AA"}},
        {"jku": "https://evil.example/keys"},
        {"cty": "JWT"},
        {"zip": "DEF"},
        {"typ": "logout+jwt"},
        {"typ": 7},
        b'{"alg": "Ed25519", "kid": "one", "kid": "two"}',
        b'{"alg": "none", "alg": "Ed25519"}',
        b"[]",
        b"",
    ],
)
def test_a_header_that_changes_the_meaning_of_the_token_is_refused(header: dict[str, object] | bytes) -> None:
    with pytest.raises(BadToken):
        KEYS.verify(signed(KEYS, claims_of(NOW_S), header), now_s=NOW_S)


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt", "JWT", "jwt", None])
def test_the_usual_types_are_accepted(typ: str | None) -> None:
    assert KEYS.verify(signed(KEYS, claims_of(NOW_S), {"typ": typ}), now_s=NOW_S).typ == typ


def test_a_public_key_is_no_shared_secret() -> None:
    """The classic confusion: HS256 with the published key as the secret."""
    import hashlib
    import hmac

    keys = TokenKeys.of_jwks({"keys": [rsa()]})
    secret = keys._keys[0].public.as_pem(private=False)
    content = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims_of(NOW_S)))
    mac = hmac.new(secret, content.encode(), hashlib.sha256).digest()

    with pytest.raises(BadToken, match="alg"):
        keys.verify(f"{content}.{base64url(mac)}", now_s=NOW_S)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "a.b.c",
        "eyJhbGciOiJub25lIn0.e30.",
        "\x00",
        "é.é.é",
        "x" * 5000,
        "..",
        "eyJhbGciOiJIUzI1NiJ9.e30.AAAA",
        "\ud800.a.b",
    ],
)
def test_a_malformed_or_foreign_token_is_refused(bad: str) -> None:
    with pytest.raises(BadToken):
        KEYS.verify(bad, now_s=NOW_S)


def test_a_token_can_be_written_in_one_way_only() -> None:
    """Otherwise a token that is revoked by its text could be presented again with another text."""
    token = KEYS.issue(Role.MONITOR, "m", now_s=NOW_S)
    # 64 bytes leave four unused bits in the last character of the signature.
    others = [token[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]

    assert KEYS.verify(token, now_s=NOW_S).sub == "m"
    for other in [token + "=", token + "\n", *(set(others) - {token})]:
        with pytest.raises(BadToken):
            KEYS.verify(other, now_s=NOW_S)


def test_an_issued_token_carries_its_id_and_type() -> None:
    first, second = (KEYS.verify(KEYS.issue(Role.ADMIN, "a", now_s=NOW_S), now_s=NOW_S) for _ in range(2))

    assert first.typ == "at+jwt"
    assert first.jti
    assert first.jti != second.jti
    assert (first.issued_s, first.expires_s) == (NOW_S, NOW_S + 12 * HOUR_S)


def test_a_token_of_the_contract_needs_neither_id_nor_type() -> None:
    bearer = KEYS.verify(signed(KEYS, claims_of(NOW_S)), now_s=NOW_S)

    assert (bearer.sub, bearer.role, bearer.jti, bearer.typ) == ("op-1", Role.OPERATOR, None, None)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_has_a_longest_lifetime(role: Role) -> None:
    longest_s = MAX_LIFETIME_S[role]
    allowed = claims_of(NOW_S, role=role, exp=NOW_S + longest_s)
    longer = claims_of(NOW_S, role=role, exp=NOW_S + longest_s + 1)

    assert KEYS.verify(signed(KEYS, allowed), now_s=NOW_S).role is role
    with pytest.raises(BadToken, match="too long"):
        KEYS.verify(signed(KEYS, longer), now_s=NOW_S)
    assert KEYS.verify(KEYS.issue(role, "x", now_s=NOW_S, ttl_s=longest_s), now_s=NOW_S).sub == "x"
    with pytest.raises(BadLifetime, match=f"{longest_s // 3600} h"):
        KEYS.issue(role, "x", now_s=NOW_S, ttl_s=longest_s + 1)


def test_an_old_iat_does_not_lengthen_a_token() -> None:
    with pytest.raises(BadToken, match="too long"):
        KEYS.verify(signed(KEYS, claims_of(NOW_S, iat=0)), now_s=NOW_S)


def test_a_token_that_was_verified_once_still_expires() -> None:
    issued = KEYS.issue(Role.OPERATOR, "op", now_s=NOW_S, ttl_s=60)

    KEYS.verify(issued, now_s=NOW_S)

    with pytest.raises(BadToken, match="expired"):
        KEYS.verify(issued, now_s=NOW_S + 120)


def test_a_message_contains_nothing_of_the_token() -> None:
    canary = "canary" * 3
    for claims in (
        claims_of(NOW_S, **{name: canary + "|"}) for name in ("sub", "role", "iss", "aud", "exp", "iat", "nbf")
    ):
        with pytest.raises(BadToken) as raised:
            KEYS.verify(signed(KEYS, claims), now_s=NOW_S)
        assert canary not in str(raised.value)


@pytest.mark.parametrize("algorithm", ["Ed25519", "EdDSA"])
def test_both_names_of_the_signature_are_understood(algorithm: str) -> None:
    """RFC 9864 replaces EdDSA by Ed25519; most libraries still use the old name."""
    token = signed(KEYS, claims_of(NOW_S, role="monitor"), {"alg": algorithm})

    assert KEYS.verify(token, now_s=NOW_S).role is Role.MONITOR


@pytest.mark.parametrize(
    "jwk", [ed25519(), ec("P-256"), ec("P-384"), ec("P-521"), rsa()], ids=lambda jwk: jwk.get("crv", "RSA")
)
def test_every_kind_of_key_signs_and_verifies(jwk: dict[str, object]) -> None:
    keys = TokenKeys.of_jwks({"keys": [jwk]})

    assert keys.verify(keys.issue(Role.MONITOR, "m", now_s=NOW_S), now_s=NOW_S).sub == "m"


@pytest.mark.parametrize(
    ("jti", "typ", "is_valid"),
    [
        ("j-1", "at+jwt", True),
        ("j-1", "application/at+jwt", True),
        ("j-1", "AT+JWT", True),
        (None, "at+jwt", False),
        ("j-1", None, False),
        ("j-1", "JWT", False),  # an identity token has it, too
    ],
)
def test_strict_tokens_have_an_id_and_the_type_of_access_tokens(
    jti: str | None, typ: str | None, is_valid: bool
) -> None:
    keys = keys_of({"keys": [ed25519()]})
    claims = claims_of(NOW_S) | ({"jti": jti} if jti else {})
    token = signed(TokenKeys(keys), claims, {"typ": typ} if typ else {})

    TokenKeys(keys).verify(token, now_s=NOW_S)
    if is_valid:
        TokenKeys(keys, is_strict=True).verify(token, now_s=NOW_S)
    else:
        with pytest.raises(BadToken, match="KOMEK_TOKENS=strict"):
            TokenKeys(keys, is_strict=True).verify(token, now_s=NOW_S)


def test_what_komek_issues_is_strict() -> None:
    keys = TokenKeys(keys_of({"keys": [ed25519()]}), is_strict=True)

    for role in Role:
        assert keys.verify(keys.issue(role, "a", now_s=NOW_S), now_s=NOW_S).jti
