"""`komek token --out`: a file with one token, replaced at once, for few to read."""

import os
import stat
from pathlib import Path

import pytest

from streams import clock
from streams.cli.errors import CommandFailed
from streams.cli.issued_tokens import TokenInFile
from streams.cli.token_file import write_token
from streams.tokens import load_keys
from tests.support.cli import komek
from tests.support.signing import ed25519, write_keys


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return write_keys(tmp_path / "keys.json", ed25519(kid="k"))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_written_whole_for_its_owner_and_a_reader_takes_up_the_next(keys: Path, tmp_path: Path) -> None:
    out = tmp_path / "cap-token"
    words = ("token", "feed", "--id", "komek-follower", "--hours", "24", "--out", str(out))
    read = TokenInFile(out)

    first = komek(*words, KOMEK_JWT_KEYS=str(keys), KOMEK_DATA=str(tmp_path / "data"))
    before = read("operator", "x")
    second = komek(*words, KOMEK_JWT_KEYS=str(keys), KOMEK_DATA=str(tmp_path / "data"))

    assert (first.returncode, second.returncode, mode_of(out)) == (0, 0, 0o600), first.stderr
    assert read("operator", "x") != before
    bearer = load_keys(keys).verify(read("operator", "x"), now_s=clock.now_ms() // 1000)
    assert (bearer.sub, bearer.role, bearer.expires_s - bearer.issued_s) == ("komek-follower", "feed", 24 * 3600)
    # The token itself is for the file alone.
    assert before not in first.stdout + first.stderr
    assert [path.name for path in tmp_path.iterdir() if "cap-token" in path.name] == ["cap-token"]


def test_in_a_folder_that_hands_down_its_group_the_group_reads_it(tmp_path: Path) -> None:
    shared = tmp_path / "tokens"
    shared.mkdir()
    shared.chmod(0o2770)
    before = os.umask(0o077)
    try:
        write_token(shared / "follower", "a.b.c")
    finally:
        os.umask(before)

    assert mode_of(shared / "follower") == 0o640
    assert TokenInFile(shared / "follower")("operator", "x") == "a.b.c"


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "cap-token"
    out.mkdir()  # nothing can take its place

    with pytest.raises(CommandFailed, match="cannot be written"):
        write_token(out, "a.b.c")

    assert [path.name for path in tmp_path.iterdir()] == ["cap-token"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--every", "60"), "expected --out FILE"),
        (("--out", "x", "--id", "a", "--id", "b"), "one --id at most"),
        (("--out", "x", "--hours", "24", "--every", "721"), "Give --every 720 or less"),
        (("--out", "x", "--hours", "25"), "too long for the role operator"),
        (("--out", "x", "--link"), "--out and --every are for tokens"),
    ],
)
def test_what_would_be_wrong_each_time_is_found_at_once(
    words: tuple[str, ...], said: str, keys: Path, tmp_path: Path
) -> None:
    done = komek("token", "operator", *words, KOMEK_JWT_KEYS=str(keys), KOMEK_DATA=str(tmp_path / "data"))

    assert done.returncode == 2
    assert said in done.stderr
