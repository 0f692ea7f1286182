"""What a key ring holds, derives and refuses."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from streams.ring import BadRing, KeyMissing, KeyRing, KeyState, KeyUse, LiveRing
from streams.ring.key_ring import new_key
from streams.ring.live_ring import require
from streams.ring.ring_file import parse_ring, read_ring, write_ring
from streams.settings import Settings, SettingsError, load
from streams.wire.client_digests import ClientDigests, client_digests

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
DATA, DIGEST, SESSION = KeyUse
ACTIVE, ACCEPTED, RETIRED = KeyState
RING_OF_OLD = KeyRing.of_key(OLD)


def coded(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode()


def entry(**changes: Any) -> dict[str, Any]:
    return {"use": "data", "state": "active", "key": coded(OLD)} | changes


class Clock:
    def __init__(self) -> None:
        self.at_s = 0.0

    def later(self, seconds: float = 1.0) -> None:
        self.at_s += seconds


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "data-keys.json"
    write_ring(found, RING_OF_OLD)
    return found


def test_a_data_key_alone_is_a_ring_with_keys_of_all_uses_and_the_digests_of_before() -> None:
    assert [key.state for key in RING_OF_OLD.keys] == [ACTIVE] * 3
    assert client_digests(RING_OF_OLD).scheme == ClientDigests(OLD).scheme
    assert len({key.key for key in RING_OF_OLD.keys}) == 3


def test_the_id_and_the_check_value_of_a_key_are_its_own() -> None:
    keys = [new_key(use, ACTIVE, secret) for use in KeyUse for secret in (OLD, NEW)]

    assert len({key.id for key in keys}) == len({key.check for key in keys}) == 6
    assert RING_OF_OLD.active(DATA).id == "data-bb1b48795307"  # it stands in every record: a derivation never changes


def test_rotating_the_data_key_changes_neither_digests_nor_sessions() -> None:
    rotated = KeyRing([new_key(DATA, ACTIVE, NEW), new_key(DATA, RETIRED, OLD), *RING_OF_OLD.keys[1:]])

    assert client_digests(rotated) is client_digests(RING_OF_OLD)
    assert rotated.purpose_key("session") == RING_OF_OLD.purpose_key("session")
    assert rotated.active(DATA).key == NEW


def test_what_an_accepted_session_key_signed_stays_valid() -> None:
    both = KeyRing([new_key(SESSION, ACCEPTED, OLD), new_key(SESSION, ACTIVE, NEW)])

    assert both.purpose_keys("session")[0] == both.purpose_key("session")
    assert len(set(both.purpose_keys("session"))) == 2
    assert both.purpose_key("session") != both.purpose_key("csrf")


def test_the_key_that_makes_new_values_is_missed_when_it_is_needed() -> None:
    only_data = KeyRing([new_key(DATA, ACTIVE, OLD)])

    with pytest.raises(KeyMissing, match="no active session key"):
        only_data.purpose_key("session")
    with pytest.raises(SettingsError, match="expected an active digest key"):
        require(only_data, *KeyUse)
    require(only_data, DATA)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([new_key(DATA, ACTIVE, OLD), new_key(DATA, ACTIVE, NEW)], "one active data key"),
        ([new_key(DATA, ACTIVE, OLD), new_key(DATA, ACCEPTED, OLD)], "each id once"),
        ([new_key(DIGEST, ACTIVE, OLD), new_key(DIGEST, ACCEPTED, NEW)], "one digest key"),
    ],
)
def test_a_ring_that_contradicts_itself_is_refused(keys: list[Any], expected: str) -> None:
    with pytest.raises(BadRing, match=expected):
        KeyRing(keys)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "expected JSON"),
        ("[]", 'a list "keys"'),
        ('{"keys": []}', 'a list "keys"'),
        ({"keys": ["x"]}, r"keys\[0\]: expected an object with the fields id, key, state, use"),
        ({"keys": [entry(kid="x")]}, r"keys\[0\]: expected an object"),
        ({"keys": [entry(use="mail")]}, r"keys\[0\]\.use: expected one of data, digest, session"),
        ({"keys": [entry(state="old")]}, r"keys\[0\]\.state: expected one of active, accepted, retired"),
        ({"keys": [entry(), entry(key="AA")]}, r"keys\[1\]\.key: expected 32 bytes as base64url"),
        ({"keys": [entry(key=17)]}, r"keys\[0\]\.key: expected 32 bytes"),
        ({"keys": [entry(key="not base64!")]}, r"keys\[0\]\.key: expected 32 bytes"),
        ({"keys": [entry(id="data-000000000000")]}, r"keys\[0\]\.id: expected data-bb1b48795307, which is derived"),
    ],
)
def test_each_error_of_a_file_is_one_clear_sentence_without_a_key(content: Any, expected: str) -> None:
    text = content if isinstance(content, str) else json.dumps(content)

    with pytest.raises(BadRing, match=expected) as raised:
        parse_ring(text.encode())
    assert coded(OLD)[:20] not in str(raised.value)


def test_a_file_that_others_can_read_or_nobody_is_refused(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o604)

    with pytest.raises(BadRing, match="others can read or change it: chmod 600"):
        read_ring(path)
    with pytest.raises(BadRing, match="cannot be read"):
        read_ring(path.with_name("none"))


def test_a_ring_written_is_the_ring_read(path: Path) -> None:
    assert read_ring(path)[1].keys == RING_OF_OLD.keys


def test_the_settings_name_a_file_or_one_key_but_not_both(path: Path) -> None:
    assert LiveRing.of(Settings(data_keys=path)).now.keys == LiveRing.of(Settings(data_key=OLD)).now.keys

    with pytest.raises(SettingsError, match="KOMEK_DATA_KEY and KOMEK_DATA_KEYS are both set"):
        load({"KOMEK_DATA_KEY": coded(OLD), "KOMEK_DATA_KEYS": str(path)})
    with pytest.raises(SettingsError, match="expected it, or a key ring in KOMEK_DATA_KEYS"):
        LiveRing.of(Settings())
    path.write_text("{")
    with pytest.raises(SettingsError, match=r"data-keys\.json: expected JSON"):
        LiveRing.of(Settings(data_keys=path))


def test_a_new_key_is_in_force_within_a_second_without_a_restart(path: Path) -> None:
    clock = Clock()
    live = LiveRing.of(Settings(data_keys=path), monotonic_s=lambda: clock.at_s)
    write_ring(path, KeyRing([*RING_OF_OLD.keys, new_key(DATA, ACCEPTED, NEW)]))
    clock.later(0.5)
    assert len(live.now.readers(DATA)) == 1

    clock.later()

    assert len(live.now.readers(DATA)) == 2
    assert live.now.active(DATA).key == OLD


def test_a_file_that_cannot_be_used_keeps_the_keys_and_is_logged_once(path: Path) -> None:
    clock = Clock()
    live = LiveRing.of(Settings(data_keys=path), monotonic_s=lambda: clock.at_s)

    with capture_logs() as logged:
        path.unlink()
        for _ in range(4):
            clock.later()
            assert live.now.active(DATA).key == OLD
    assert (live.is_refused, [one["log_level"] for one in logged]) == (True, ["error"])

    write_ring(path, RING_OF_OLD)
    clock.later()
    assert (live.now.keys, live.is_refused) == (RING_OF_OLD.keys, False)


def test_the_log_decides_which_key_is_active() -> None:
    new = new_key(DATA, ACCEPTED, NEW)
    live = LiveRing(KeyRing([*RING_OF_OLD.keys, new]))

    live.declare({RING_OF_OLD.keys[0].id: ACCEPTED, new.id: ACTIVE})
    assert [key.key for key in live.now.readers(DATA)] == [NEW, OLD]

    live.declare({RING_OF_OLD.keys[0].id: RETIRED, new.id: ACTIVE})
    assert [key.key for key in live.now.readers(DATA)] == [NEW]


def test_a_ring_without_the_active_key_goes_on_under_one_that_others_read_and_says_what_it_lacks() -> None:
    new = new_key(DATA, ACTIVE, NEW)
    live = LiveRing(RING_OF_OLD)

    live.declare({RING_OF_OLD.keys[0].id: ACCEPTED, new.id: ACTIVE})
    assert (live.now.active(DATA).key, live.missing) == (OLD, (new.id,))

    # Nobody else reads the old one any more: sealing under it would lose what is written.
    live.declare({RING_OF_OLD.keys[0].id: RETIRED, new.id: ACTIVE})
    with pytest.raises(KeyMissing):
        live.now.active(DATA)


def test_a_worker_misses_no_session_key() -> None:
    live = LiveRing(KeyRing([new_key(DATA, ACTIVE, OLD)]))

    live.declare({key.id: key.state for key in KeyRing.of_key(OLD).keys})

    assert live.missing == ()


def test_a_key_that_a_record_names_is_missed_until_the_ring_holds_it(path: Path) -> None:
    clock = Clock()
    live = LiveRing.of(Settings(data_keys=path), monotonic_s=lambda: clock.at_s)
    new = new_key(DATA, ACCEPTED, NEW)
    with capture_logs() as logged:
        live.met(new.id)
        live.met(new.id)
    assert live.missing == (new.id,)
    assert [entry["keys"] for entry in logged] == [[new.id]]

    write_ring(path, KeyRing([*RING_OF_OLD.keys, new]))
    clock.later()

    assert live.now.get(new.id)
    assert not live.missing
