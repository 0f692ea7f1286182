"""`komek token --link`: where the link leads, and that the answer of the API is all that is needed for it."""

from importlib.metadata import version
from pathlib import Path

import pytest

from streams.local import keys
from tests.streams.cli.fake_api import serving
from tests.support.cli import komek

MADE = {"link": "/#code=abc", "expires_at": "2026-11-27T10:00:00Z"}


@pytest.mark.parametrize("public", [None, "https://komek.example"])
def test_a_link_leads_where_people_find_komek(public: str | None, tmp_path: Path) -> None:
    environ = {"KOMEK_DATA": str(tmp_path), "KOMEK_JWT_KEYS": str(keys.ensure_jwt_keys(tmp_path / "keys.json"))}
    with serving({("POST", "/v1/session/codes"): (201, MADE)}) as api:
        # Behind a proxy the command reaches the API by an address that no browser has.
        named = {"KOMEK_PUBLIC_URL": public} if public else {}
        done = komek("token", "operator", "--id", "me", "--link", "--api", api.url, **environ, **named)

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{public or api.url}/#code=abc\n"


def test_the_program_says_its_version() -> None:
    assert komek("--version").stdout == f"{version('komek')}\n"
