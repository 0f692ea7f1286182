"""Files with secrets that others can read: refused wherever one is read, as the file of the key ring is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from streams import client_tls, private_file
from streams.cap.signing import Signer
from streams.cli.export import place_of
from streams.local.keys import ensure_data_keys, ensure_vapid_key, write_secret
from streams.notices.vapid import load_private
from streams.private_file import ExposedFile
from streams.ring.ring_file import read_ring
from streams.settings import Settings, load
from streams.tls import ServerCertificate
from tests.support.cli import komek
from tests.support.self_signed import self_signed

SAID = "others can read or change it: chmod 600"
SUBSCRIPTION = '[webhooks.gis]\nurl = "https://gis.example/komek"\nsecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"\n'


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o440])
def test_its_owner_may_read_it_and_so_may_the_group_of_a_mounted_secret(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    write_secret(path, "hunter2\n")
    path.chmod(mode)

    private_file.check(path)
    assert private_file.read_text(path) == "hunter2"
    assert private_file.read_bytes(path, 3) == b"hun"


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o660, 0o620, 0o666])
def test_everybody_may_not_and_a_group_may_not_write(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    write_secret(path, "hunter2\n")
    path.chmod(mode)

    for read in (private_file.check, private_file.read_bytes, private_file.read_text):
        with pytest.raises(ExposedFile, match=SAID):
            read(path)


def test_a_link_to_a_secret_is_judged_by_the_file(tmp_path: Path) -> None:
    path, link = tmp_path / "secret", tmp_path / "link"
    write_secret(path, "hunter2\n")
    link.symlink_to(path)

    assert private_file.read_text(link) == "hunter2"


@dataclass(frozen=True, slots=True)
class Read:
    """`make` writes the file, for its owner only; `read` uses it."""

    make: Callable[[Path], object]
    read: Callable[[Path], object]


def _pem(path: Path) -> None:
    self_signed(path.parent, "made")[1].rename(path)


def _command(*arguments: str, **environ: str) -> None:
    said = komek(*arguments, **environ)
    if said.returncode:
        raise ValueError(said.stderr)


READS = {
    "a setting": Read(
        lambda path: write_secret(path, "hunter2"), lambda path: load({"KOMEK_REDIS_PASSWORD_FILE": str(path)})
    ),
    "the key ring": Read(ensure_data_keys, read_ring),
    "the key of pushes": Read(ensure_vapid_key, load_private),
    "the key of the API": Read(_pem, lambda path: ServerCertificate(path.with_name("made.pem"), path)),
    "the key for Kafka and Redis": Read(
        _pem, lambda path: client_tls.client_context(ca=None, cert=path.with_name("made.pem"), key=path)
    ),
    "the key of warnings": Read(_pem, lambda path: Signer(path.with_name("made.pem"), path)),
    "the key of the backups": Read(
        lambda path: write_secret(path, "a secret of the tests"), lambda path: place_of(Settings(), path.parent, path)
    ),
    "the secrets of webhooks": Read(
        lambda path: write_secret(path, SUBSCRIPTION), lambda path: _command("webhooks", "check", str(path))
    ),
}


@pytest.mark.parametrize("name", READS)
def test_every_reader_of_a_secret_refuses_one_that_others_can_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / "secret"
    READS[name].make(path)
    READS[name].read(path)
    path.chmod(0o644)

    with pytest.raises(Exception, match=SAID):
        READS[name].read(path)


def test_the_passwords_of_users_are_refused_as_well(tmp_path: Path) -> None:
    made = komek("redis", "users", "--passwords", str(tmp_path))
    file = tmp_path / "komek-api"
    assert (made.returncode, file.stat().st_mode & 0o777) == (0, 0o600)
    file.chmod(0o644)

    for command in (("redis", "users"), ("topics", "users")):
        said = komek(*command, "--passwords", str(tmp_path), KOMEK_KAFKA="127.0.0.1:9", KOMEK_DATA=str(tmp_path))

        assert said.returncode != 0
        assert SAID in said.stderr
