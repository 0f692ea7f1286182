"""Digests of client data cannot be searched by a dictionary without the data key, and every process makes the same ones."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.digests import are_comparable
from streams.intake.text_fingerprint import fingerprint
from streams.wire.client_digests import ClientDigests, Purpose, client_digests

KEY, WRONG_KEYS = bytes(range(32)), (bytes(32), bytes(range(1, 33)), b"")
DIGESTS = ClientDigests(KEY)
ROOT = Path(__file__).parents[3]
HASHING = {
    "api/routes/hazards.py": "SHA-256 of a published warning, as its ETag",
    "streams/cards/card_ledger.py": "HMAC-SHA256 of the parts of a card, under a key in the same file; the cards lie beside it",
    "streams/tracing/span_ids.py": "ids of spans from ids of incidents and records, which are no secret",
    "streams/webhooks/signatures.py": "HMAC-SHA256 of what a webhook sends, under the secret of its receiver",
    "api/views/conversation_heads.py": "BLAKE2b of the keyed digest of a sender, cut to six letters that tell senders apart",
    "api/routes/inbound.py": "compares the secret of a webhook in constant time",
    "api/routes/issuer_login.py": "compares the state of a login in constant time",
    "api/process/oidc_issuer.py": "PKCE challenge (RFC 7636); the id of a person at the issuer, which is no secret",
    "streams/notices/pocket.py": "Topic of a push: SHA-256 of an offer's id, which is no secret",
    "streams/cli/redis_users.py": "passwords of Redis users, as its ACL file wants them",
    "streams/codegen/deployment_secrets.py": "the same, for a new deployment",
    "streams/backup/backup_key.py": "MACs of the documents of an export, under a key derived from its secret",
    "streams/backup/parts.py": "SHA-256 of sealed files and of records, to notice damage",
    "streams/assistant/recent_vectors.py": "texts that were read lately, under a key of the process, for minutes in memory",
    "streams/local/class_archive.py": "names, sizes and times of Kafka's jars, for the name of their archive",
    "streams/local/secured.py": "the same for the secured local stack",
    "streams/tokens/token_keys.py": "the signed part of a token without `jti`, to name it when it is revoked",
    "streams/sessions/cookies.py": "MACs of cookies and login codes under purpose keys of the ring",
    "api/http/strict_route.py": "SHA-256 of a body, which stays in the process",
    "api/writes/idempotency.py": "the same of an empty body",
    "dispatch/assistant/oversight.py": "ids of offers, which are no secret: which work gets no hints",
    "dispatch/assistant/standing.py": "ids of volunteers, which are opaque: how often each has judged, without names",
    "dispatch/assistant/adaptation.py": "weights, for their version, and ids of judgements: which are not learnt from",
    "streams/assistant/report_reader.py": "files of the package: the version of what reads texts",
    "dispatch/assistant/sketches.py": "BLAKE2b and SHAKE-256 under the key for sketches",
    "dispatch/assistant/vector_data.py": "data that come with Komek, to name their version",
    "dispatch/model/ids.py": "uuid5 of causes; a command id contains the keyed digest of its body",
    "streams/intake/text_fingerprint.py": "BLAKE2b under the key for texts",
    "streams/local/jars.py": "downloaded files",
    "streams/simulator/call_records.py": "rows of a file of calls that is replayed",
    "streams/simulator/replay_targets.py": "SHA-256 of a body, which stays in the process",
    "streams/store/scripts.py": "Lua scripts, as Redis names them",
    "streams/ring/key_ring.py": "ids, check values and purpose keys, derived from the keys of the ring",
    "streams/wire/address_digests.py": "MACs of addresses and codes of channels under keys derived from the data keys",
    "streams/wire/offer_links.py": "tokens of one-offer links under keys derived from the data keys",
    "streams/wire/client_digests.py": "this list of purposes",
}
"""Every module that hashes, and what. Client data that is stored needs a keyed digest."""
PHONE = 42_317
"""The last digits of the caller; the attacker knows everything else."""


def body_sha256(digits: int) -> str:
    body = {"caller": {"phone": f"+7701{digits:07}"}, "location": [76.945, 43.238], "type": "medical.other"}
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def test_a_dictionary_of_phone_numbers_finds_the_caller_only_with_the_key() -> None:
    stored = DIGESTS.body_digest(body_sha256(PHONE))
    guesses = [body_sha256(digits) for digits in range(100_000)]

    # Without the key: the hash that was stored before, the scheme with it, and keyed hashes under keys that are not secret.
    assert stored.rpartition(":")[2] not in set(guesses)
    for key in WRONG_KEYS:
        guessing = ClientDigests(key)
        assert stored.rpartition(":")[2] not in {guessing.digest(Purpose.BODY, guess) for guess in guesses}
    # With the key the same dictionary works, so the search above was one that could have found it.
    assert [at for at, guess in enumerate(guesses) if DIGESTS.body_digest(guess) == stored] == [PHONE]


def test_a_dictionary_of_numbers_finds_an_external_id_only_with_the_key() -> None:
    stored = DIGESTS.external_digest(f"112-{PHONE:07}")
    wrong = ClientDigests(WRONG_KEYS[0])

    assert stored not in {wrong.external_digest(f"112-{digits:07}") for digits in range(100_000)}
    assert stored in {DIGESTS.external_digest(f"112-{digits:07}") for digits in range(PHONE, PHONE + 1)}


def test_a_dictionary_of_texts_finds_a_fingerprint_only_with_the_key() -> None:
    def told(number: int, digests: ClientDigests) -> str:
        made = fingerprint(f"Пожар, квартира {number}", digests)
        assert made is not None
        return made.rpartition(":")[2]

    stored = told(17, DIGESTS)
    wrong = ClientDigests(WRONG_KEYS[0])
    nearest = min((int(told(number, wrong), 16) ^ int(stored, 16)).bit_count() for number in range(300))

    # Unrelated fingerprints differ in 32 ± 4 bits; 300 of them come no closer than 16 by chance.
    assert nearest > 12
    assert told(17, DIGESTS) == stored


def test_purposes_give_different_digests_and_keys_for_equal_input() -> None:
    assert len({DIGESTS.digest(purpose, "same") for purpose in Purpose}) == len(Purpose)
    assert len({DIGESTS.key(purpose) for purpose in Purpose} | {KEY}) == len(Purpose) + 1


def test_the_data_key_itself_hashes_nothing() -> None:
    """It encrypts `private`; no second use of it may weaken the first."""
    direct = hashlib.blake2b(b"same", key=KEY).hexdigest()[:64]

    assert direct not in {DIGESTS.digest(purpose, "same") for purpose in Purpose}


@given(parts=st.lists(st.text(max_size=20), max_size=4), others=st.lists(st.text(max_size=20), max_size=4))
def test_two_lists_of_parts_have_one_digest_only_if_they_are_equal(parts: list[str], others: list[str]) -> None:
    one, other = DIGESTS.digest(Purpose.REQUEST, *parts), DIGESTS.digest(Purpose.REQUEST, *others)

    assert (one == other) is (parts == others)


def test_a_lone_surrogate_has_a_digest() -> None:
    """JSON strings may hold one."""
    assert DIGESTS.external_digest("\ud800") != DIGESTS.external_digest("\ud801")


def test_digests_never_change_between_versions() -> None:
    """They stand in logs that are a year old; a changed derivation has to name itself by another scheme."""
    assert DIGESTS.scheme == "k1-1ef302ca"
    assert {purpose.value: DIGESTS.digest(purpose, "a", "bc")[:16] for purpose in Purpose} == {
        "body": "2ea516627ba05b26",
        "request": "cf1f1711f13325b4",
        "idempotency-key": "582eeb3861fcbe6f",
        "external-id": "6646d027c8315e9b",
        "audit": "c6e14de8214149dc",
        "text": "6453098de16c10c7",
        "sketch": "7a8480fc8eef87c6",
        "told-phone": "4e2458a135ab12ef",
        "sender": "68c70168257573dd",
    }
    assert (
        DIGESTS.body_digest("0" * 64) == "k1-1ef302ca:4396ea086978b373d4c2039b6c52e82d712e041ae2d4f1e278ced84e71de2d26"
    )


def test_digests_of_one_key_are_comparable_and_of_two_are_not() -> None:
    other = ClientDigests(WRONG_KEYS[0])

    assert are_comparable(DIGESTS.body_digest("a"), ClientDigests(KEY).body_digest("b"))
    assert not are_comparable(DIGESTS.body_digest("a"), other.body_digest("a"))
    assert not are_comparable(DIGESTS.body_digest("a"), hashlib.sha256(b"a").hexdigest())


def test_the_digests_of_a_key_are_derived_once() -> None:
    assert client_digests(KEY) is client_digests(bytes(KEY))
    assert client_digests(KEY) is not client_digests(WRONG_KEYS[0])


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("112-000123", " 112-000123\n", True),
        ("A-17", "a-17", True),
        ("№ 7", "No 7", True),  # the same sign, composed otherwise
        ("112-000123", "112-00123", False),
        ("1", "11", False),
    ],
)
def test_the_spelling_of_an_external_id_does_not_count(one: str, other: str, is_same: bool) -> None:
    assert (DIGESTS.external_digest(one) == DIGESTS.external_digest(other)) is is_same


@pytest.mark.parametrize("external_id", [None, "", "  "])
def test_without_an_external_id_there_is_no_digest(external_id: str | None) -> None:
    assert DIGESTS.external_digest(external_id) is None


def test_no_other_module_hashes() -> None:
    """A new hash is entered here with what it covers, or becomes a purpose of `ClientDigests`."""
    hashes = re.compile(
        r"^(?:import|from) (?:hashlib|hmac|cryptography\.hazmat\.primitives\.(?:hashes|hmac))\b", re.MULTILINE
    )
    sources = [path for package in ("api", "dispatch", "streams") for path in (ROOT / package).rglob("*.py")]

    found = {str(path.relative_to(ROOT)) for path in sources if hashes.search(path.read_text(encoding="utf-8"))}
    assert found == HASHING.keys()
