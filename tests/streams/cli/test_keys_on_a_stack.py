"""A whole rotation on a running stack: add, rotate, retire, with texts that stay readable all the time."""

import json
from typing import Any

import httpx2
import pytest

from streams.ring import KeyState, KeyUse
from streams.ring.ring_file import read_ring
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

pytestmark = pytest.mark.stack


def said(komek: WholeStack, *arguments: str) -> Any:
    done = komek.run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def read_through(komek: WholeStack, incident_id: str) -> Any:
    answer = httpx2.get(f"{komek.api}/v1/incidents/{incident_id}", headers=komek.headers("operator"), timeout=60)
    return answer.json().get("description") if answer.status_code == 200 else None


def test_a_key_is_added_rotated_and_retired_while_everything_runs(breakable_stack: WholeStack) -> None:
    komek = breakable_stack
    report = ("incident", "new", "--type", "flood", "--at", "76.945,43.238", "--description", "Су басты")
    incident_id = komek.run(*report).stdout.strip()
    until(lambda: read_through(komek, incident_id) == "Су басты")
    (old,) = [
        row["id"] for row in said(komek, "keys", "list")["keys"] if row["use"] == "data" and row["state"] == "active"
    ]

    new = said(komek, "keys", "add")["id"]
    assert komek.run("keys", "retire", old).returncode == 2  # it is the active one
    rotated = said(komek, "keys", "rotate", new)
    assert (rotated["active"], rotated["lost"], rotated["unreadable"]) == (new, 0, 0)
    assert rotated["written"] >= 1
    assert read_through(komek, incident_id) == "Су басты"

    # Refused as long as the workers have not replaced the copies in Redis.
    until(lambda: komek.run("keys", "retire", old).returncode == 0)

    states = {row["id"]: (row["file"], row["state"]) for row in said(komek, "keys", "list")["keys"]}
    assert (states[old], states[new]) == (("retired", "retired"), ("active", "active"))
    ring = read_ring(komek.data / "data-keys.json")[1]
    assert [key.id for key in ring.readers(KeyUse.DATA)] == [new]
    assert ring.get(old) is not None
    assert [key.state for key in ring.keys].count(KeyState.ACTIVE) == len(KeyUse)
    assert read_through(komek, incident_id) == "Су басты"
    # The digest key stays for ever, and says why.
    refused = komek.run("keys", "add", "--use", "digest")
    assert (refused.returncode, "a repeated request would take effect twice" in refused.stderr) == (2, True)


def test_a_process_with_another_ring_does_not_start_and_says_what_it_lacks(breakable_stack: WholeStack) -> None:
    held = {row["id"] for row in said(breakable_stack, "keys", "list")["keys"] if row["state"] == "active"}
    other = {"KOMEK_DATA_KEYS": "", "KOMEK_DATA_KEY": "B" * 43}

    for command in ("worker", "api", "rebuild"):
        done = breakable_stack.run(command, environ=other)

        assert done.returncode == 2, done.stderr
        assert "the deployment uses the active data key" in done.stderr
        assert any(key_id in done.stderr for key_id in held)
        assert "KOMEK_DATA_KEYS" in done.stderr
