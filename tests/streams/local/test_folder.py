"""`KOMEK_DATA`: who may use it, what is kept, what a crash left there."""

import base64
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from streams import settings
from streams.local import keys, leftovers, stackfile
from streams.local.addresses import Addresses
from streams.local.errors import AlreadyInUse, LocalStackError
from streams.local.folder import Folder, FolderLock, opened
from streams.local.stack import environ_of_commands
from streams.local.stackfile import StackFile
from streams.ring import KeyUse, LiveRing
from tests.streams.local.programs import STAYS, is_gone, marks
from tests.support.waiting import until


def test_a_folder_in_use_is_refused_naming_the_pid(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    claim = FolderLock(folder)

    with pytest.raises(AlreadyInUse, match=f"in use by the Komek with pid {os.getpid()}") as caught:
        FolderLock(folder)

    assert f"kill {os.getpid()}" in caught.value.cure
    claim.release()
    FolderLock(folder).release()


def test_the_lock_of_a_dead_process_does_not_block(tmp_path: Path) -> None:
    code = (
        "import os\nfrom pathlib import Path\nfrom streams.local.folder import Folder, FolderLock, opened\n"
        f"claim = FolderLock(opened(Path({str(tmp_path)!r})))\nos.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert (tmp_path / "supervisor.lock").read_text().isdigit(), "the lock file is stale"

    FolderLock(opened(tmp_path)).release()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LocalStackError, match="KOMEK_DATA=.*file/data cannot be written"):
        opened(tmp_path / "file" / "data")


def test_beginning_anew_deletes_what_komek_made_and_nothing_else(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    (folder.kafka / "log").mkdir(parents=True)
    folder.data_key.touch()
    (tmp_path / "mine.txt").touch()

    folder.empty()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt", "supervisor.lock"]


def test_the_keys_are_their_owners_only_and_kept(tmp_path: Path) -> None:
    folder = opened(tmp_path)

    made = [keys.ensure_data_keys(folder.data_keys), keys.ensure_jwt_keys(folder.jwt_keys)]
    first = [path.read_text() for path in made]
    keys.ensure_data_keys(folder.data_keys), keys.ensure_jwt_keys(folder.jwt_keys)

    assert [path.read_text() for path in made] == first
    for path in made:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_folder_is_its_owners_only(tmp_path: Path) -> None:
    folder = opened(tmp_path / "komek")

    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder.root, folder.lock)] == [0o700, 0o600]


def test_a_folder_of_an_earlier_version_is_closed_to_others(tmp_path: Path) -> None:
    folder = Folder(root=tmp_path / "komek")
    (folder.root / "logs").mkdir(parents=True)
    folder.stack_file.touch(0o644)
    for path in (folder.root, folder.logs):
        path.chmod(0o755)

    opened(folder.root)

    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder.root, folder.logs, folder.stack_file)] == [
        0o700,
        0o700,
        0o600,
    ]


def test_a_folder_with_files_of_others_stays_open_and_only_ours_are_closed(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch(0o644)
    (tmp_path / "logs").mkdir()
    for path in (tmp_path, tmp_path / "logs", tmp_path / "mine.txt"):
        path.chmod(0o755)

    opened(tmp_path)

    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path, tmp_path / "mine.txt", tmp_path / "logs")]
    assert modes == [0o755, 0o755, 0o700]


def test_the_key_ring_has_an_active_key_of_each_use(tmp_path: Path) -> None:
    path = keys.ensure_data_keys(tmp_path / "data-keys.json")

    ring = LiveRing.of(settings.load({"KOMEK_DATA_KEYS": str(path)})).now
    assert len({ring.active(use).key for use in KeyUse}) == len(KeyUse)


def test_a_folder_from_before_the_key_ring_goes_on_with_its_key(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    folder.data_key.write_text("A" * 43 + "\n")

    def chosen(**own: Any) -> dict[str, str]:
        addresses = Addresses(
            kafka="k:1",
            kafka_port=None,
            controller_port=2,
            admin_port=3,
            redis="redis://r:1",
            redis_port=None,
            redis_tls_port=5,
            host="127.0.0.1",
            port=1,
        )
        return environ_of_commands({}, settings.Settings(**own), folder, addresses)

    assert chosen()["KOMEK_DATA_KEY"] == "A" * 43
    assert not {"KOMEK_DATA_KEY", "KOMEK_DATA_KEYS"} & chosen(data_key=bytes(32)).keys()
    keys.ensure_data_keys(folder.data_keys)
    assert chosen()["KOMEK_DATA_KEYS"] == str(folder.data_keys)
    assert "KOMEK_DATA_KEY" not in chosen()


def test_the_jwk_set_holds_one_private_ed25519_key_whose_halves_belong_together(tmp_path: Path) -> None:
    (key,) = json.loads(keys.ensure_jwt_keys(tmp_path / "keys.json").read_text())["keys"]

    private = Ed25519PrivateKey.from_private_bytes(_bytes(key["d"]))
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
    assert private.public_key().public_bytes_raw() == _bytes(key["x"])
    assert key["kid"]


def test_the_stack_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    stack = StackFile(
        api="http://127.0.0.1:8000", kafka="127.0.0.1:1", redis="redis://127.0.0.1:2/0", processes={"a": 3}
    )

    stackfile.write(tmp_path / "stack.json", stack)

    assert stackfile.read(tmp_path / "stack.json") == stack
    assert [path.name for path in tmp_path.iterdir()] == ["stack.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"api": 1}', "null"])
def test_a_stack_file_that_makes_no_sense_counts_as_none(content: str, tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text(content)

    assert stackfile.read(tmp_path / "stack.json") is None


def test_a_process_that_a_crash_left_running_is_ended_at_the_next_start(tmp_path: Path) -> None:
    mark, notes = tmp_path / "mark", tmp_path / "running.json"
    with subprocess.Popen([sys.executable, "-c", marks(mark)]) as left_over:
        until(mark.exists)
        leftovers.note(notes, {"worker-1": left_over.pid})

        # As the kernel would be asked by another process: here the test is the parent and has to reap it.
        assert leftovers.end_noted(notes) == ["worker-1"]

    assert is_gone(left_over.pid)
    assert not notes.exists()


def test_a_pid_that_belongs_to_someone_else_by_now_is_left_alone(tmp_path: Path) -> None:
    notes = tmp_path / "running.json"
    with subprocess.Popen([sys.executable, "-c", STAYS], stdout=subprocess.DEVNULL) as stranger:
        notes.write_text(json.dumps({"kafka": {"pid": stranger.pid, "started": 1_000_000.0}}))

        assert leftovers.end_noted(notes) == []

        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("content", ["", "[1]", '{"kafka": 12}', '{"kafka": {"pid": "x", "started": 1}}'])
def test_notes_that_make_no_sense_end_nothing(content: str, tmp_path: Path) -> None:
    notes = tmp_path / "running.json"
    notes.write_text(content)

    assert leftovers.end_noted(notes) == []


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
