"""Which keys are accepted, and what each may be used for."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from joserfc.jwk import ECKey, OKPKey

from streams.tokens import BadKeys, BadToken, Role, TokenKeys, load_keys
from tests.support.signing import base64url, claims_of, ec, ed25519, public, rsa, signed, write_keys
from tests.support.strategies import hostile_keys

NOW_S = 1_795_000_000
WEAK_RSA = {"kty": "RSA", "n": "w" * 171, "e": "AQAB"}
"""1,024 bits. The library warns when it makes such a key, so it is written here."""


def keys(*jwks: object) -> TokenKeys:
    return TokenKeys.of_jwks({"keys": list(jwks)})


@pytest.mark.parametrize(
    ("jwk", "said"),
    [
        (WEAK_RSA, "1024 bits: expected 2048"),
        ({"kty": "RSA", "n": "w" * 340, "e": "AQAB"}, "2040 bits: expected 2048"),
        ({"kty": "RSA", "n": "_" * 11_000, "e": "AQAB"}, "to 8192"),
        ({"kty": "RSA", "n": 7, "e": "AQAB"}, "modulus"),
        (OKPKey.generate_key("Ed448").as_dict(private=True), "Ed25519"),
        (OKPKey.generate_key("X25519").as_dict(private=True), "Ed25519"),
        (ECKey.generate_key("secp256k1").as_dict(private=True), "P-256"),
        (ec(crv=["P-256"]), "P-256"),
        ({"kty": "oct", "k": "c2VjcmV0"}, "shared secrets"),
        ({"kty": "OKP", "crv": "Ed25519"}, "missing or invalid"),
        ({"kty": "OKP", "crv": "Ed25519", "x": "AA"}, "missing or invalid"),
        ({"kty": "OKP", "crv": "Ed25519", "x": ["AA"]}, "texts"),
        ({"kty": ["OKP"]}, "kty"),
        ({}, "kty"),
        ([], "object"),
        (ed25519(kid=7), "kid"),
        (ed25519(kid=""), "kid"),
        (ed25519(key_ops="verify"), "key_ops"),
        (ed25519(x=ed25519()["x"]), "does not belong"),
    ],
)
def test_a_weak_or_invalid_key_is_refused_with_its_position(jwk: Any, said: str) -> None:
    with pytest.raises(BadKeys, match="key 2") as raised:
        keys(ed25519(), jwk)

    assert said in str(raised.value)


@pytest.mark.parametrize("jwks", [None, [], {}, {"keys": {}}, {"keys": []}, {"keys": [ed25519() for _ in range(33)]}])
def test_something_that_is_no_key_set_is_refused(jwks: object) -> None:
    with pytest.raises(BadKeys, match="expected"):
        TokenKeys.of_jwks(jwks)


@given(hostile_keys([ed25519(), ec(), rsa(), public(rsa())]))
def test_any_key_is_usable_or_refused(jwk: object) -> None:
    try:
        usable = keys(jwk, ed25519(kid="a"))
    except BadKeys:
        return

    assert "a" in usable.kids


@pytest.mark.parametrize(
    "jwk", [ed25519(), ec("P-256"), ec("P-384"), ec("P-521"), rsa()], ids=lambda jwk: jwk.get("crv", "RSA")
)
@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 96, 132, 256, 1024])
def test_a_signature_of_any_length_is_checked(jwk: dict[str, Any], length: int) -> None:
    signer = keys(jwk)
    content = signer.issue(Role.ADMIN, "a", now_s=NOW_S).rpartition(".")[0]

    for byte in (b"\x00", b"\xff"):
        with pytest.raises(BadToken, match="signature"):
            signer.verify(f"{content}.{base64url(byte * length)}", now_s=NOW_S)


def test_a_kid_and_a_key_occur_once() -> None:
    one = ed25519()

    with pytest.raises(BadKeys, match="same kid"):
        keys(ed25519(kid="a"), ed25519(kid="a"))
    with pytest.raises(BadKeys, match="same key"):
        keys(one | {"kid": "a"}, public(one) | {"kid": "b"})


@pytest.mark.parametrize(
    "jwk",
    [
        rsa(use="enc", alg="RSA-OAEP"),
        rsa(alg="PS256"),
        ed25519(use="enc"),
        ed25519(alg="ES256"),
        ed25519(key_ops=["wrapKey"]),
        public(ed25519(key_ops=["sign"])),
        {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"},
    ],
)
def test_a_key_for_another_purpose_is_skipped(jwk: dict[str, Any]) -> None:
    both = keys(jwk, ed25519(kid="a"))

    assert both.kids == ["a"]
    assert [reason.partition(":")[0] for reason in both.skipped] == ["key 1"]
    with pytest.raises(BadKeys, match="no key for signatures"):
        keys(jwk)


def test_a_key_verifies_only_the_algorithm_that_it_names() -> None:
    one = ed25519()
    token = signed(keys(one), claims_of(NOW_S))

    assert keys(one | {"alg": "EdDSA"}).verify(token, now_s=NOW_S).sub == "op-1"
    with pytest.raises(BadToken):
        keys(one | {"alg": "ES256"}, ed25519()).verify(token, now_s=NOW_S)


def test_the_first_key_that_may_sign_signs() -> None:
    verifies, signs = ed25519(kid="a", key_ops=["verify"]), ed25519(kid="b", key_ops=["sign"])
    both = keys(verifies, public(ed25519(kid="c")), signs)

    assert both.verify(both.issue(Role.ADMIN, "a", now_s=NOW_S), now_s=NOW_S).key_id == keys(signs)._keys[0].key_id
    assert not keys(verifies).can_sign


def test_a_token_without_a_kid_is_verified_with_any_key_of_its_algorithm() -> None:
    first, second = ed25519(), ed25519()
    token = signed(keys(second), claims_of(NOW_S))

    assert keys(first, rsa(), second).verify(token, now_s=NOW_S).sub == "op-1"


def test_a_kid_names_one_key() -> None:
    first, second = ed25519(kid="a"), ed25519(kid="b")
    token = signed(keys(second), claims_of(NOW_S), {"kid": "a"})

    with pytest.raises(BadToken, match="signature"):
        keys(first, second).verify(token, now_s=NOW_S)


def test_a_set_of_public_keys_verifies_and_does_not_sign() -> None:
    one = ed25519()
    verifier = keys(public(one))

    assert verifier.verify(keys(one).issue(Role.MONITOR, "m", now_s=NOW_S), now_s=NOW_S).sub == "m"
    assert not verifier.can_sign
    with pytest.raises(BadKeys, match="private"):
        verifier.issue(Role.MONITOR, "m", now_s=NOW_S)


@pytest.mark.parametrize(
    ("mode", "jwk", "said"),
    [
        (0o600, ed25519(), ()),
        (0o644, public(ed25519()), ()),
        (0o644, ed25519(), ("readable",)),
        # As Kubernetes mounts it for a group of the process, and as servers give it to one.
        (0o440, ed25519(), ()),
        (0o640, ed25519(), ()),
        (0o660, ed25519(), ("changed",)),
        # Whoever can add a key can sign any token.
        (0o622, public(ed25519()), ("changed",)),
        (0o666, ed25519(), ("readable", "changed")),
    ],
)
def test_a_file_that_others_may_read_or_change_is_named(
    tmp_path: Path, mode: int, jwk: dict[str, Any], said: tuple[str, ...]
) -> None:
    path = write_keys(tmp_path / "keys.json", jwk)
    path.chmod(mode)

    warnings = load_keys(path).warnings

    assert len(warnings) == len(said)
    assert all(word in warning and "keys.json" in warning for word, warning in zip(said, warnings, strict=True))


@pytest.mark.parametrize("damage", ["d", "x"])
def test_an_error_never_quotes_a_key(tmp_path: Path, damage: str) -> None:
    path, one = tmp_path / "keys.json", ed25519()
    write_keys(path, one | {damage: one[damage] + "!!"})

    with pytest.raises(BadKeys, match="keys.json") as raised:
        load_keys(path)

    assert one["d"] not in str(raised.value)
