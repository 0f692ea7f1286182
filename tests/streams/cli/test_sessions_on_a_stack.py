"""Login links, sessions and revocation with the commands and the API of a whole Komek."""

import json
import re

import httpx2
import pytest

from streams import clock
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
PAGE = {"Sec-Fetch-Site": "same-origin"}


def test_links_open_sessions_that_are_listed_revoked_and_ended_by_erasure(shared_stack: RunningStack) -> None:
    komek, person, other = shared_stack, f"v-{clock.fresh_id()}", f"v-{clock.fresh_id()}"
    made = komek.run("token", "volunteer", "--id", person, "--id", other, "--link")
    assert made.returncode == 0, made.stderr
    links = made.stdout.split()
    assert [link.partition("#")[0] for link in links] == [f"{komek.api}/v/"] * 2
    codes = [{"code": link.partition("#code=")[2]} for link in links]

    with httpx2.Client(base_url=komek.api, timeout=60) as http:
        # Tapped twice.
        answers = [http.post("/v1/session/exchange", json=codes[0], headers=PAGE).status_code for _ in range(2)]
        assert answers == [200, 403]
        assert http.cookies.get("komek")
        assert http.get("/v1/session", headers=PAGE).json()["id"] == person
        assert http.get("/v1/session").status_code == 401
        listed = json.loads(komek.run("sessions", "list", "--subject", person, "--json").stdout)
        assert [one["id"] for one in listed] == [person]

        assert komek.run("sessions", "revoke", "--subject", person).returncode == 0
        until(lambda: http.get("/v1/session", headers=PAGE).status_code == 401)

    with httpx2.Client(base_url=komek.api, timeout=60) as http:
        http.post("/v1/session/exchange", json=codes[1], headers=PAGE)
        assert http.get("/v1/session", headers=PAGE).status_code == 200
        token = komek.headers("volunteer", other)
        assert http.delete(f"/v1/volunteers/{other}", headers=komek.headers("admin")).status_code == 202
        until(lambda: http.get("/v1/session", headers=PAGE).status_code == 401)
        assert httpx2.get(f"{komek.api}/v1/incident-types", headers=token).status_code == 401


def test_make_up_prints_a_link_for_an_operator_and_one_for_a_volunteer(shared_stack: RunningStack) -> None:
    printed = shared_stack.said()

    for name, page in (("operator", "/"), ("volunteer", "/v/")):
        assert re.search(rf"^  {name} +{re.escape(shared_stack.api)}{page}#code=[A-Za-z0-9_-]{{32}}$", printed, re.M)
