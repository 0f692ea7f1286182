"""Other plans beside those in force, on real processes: they ask nobody, and say what they would have done; then a replay."""

import json
from pathlib import Path
from typing import Any

import pytest

from streams import clock
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import StartStack, WholeStack

pytestmark = [pytest.mark.stack, pytest.mark.soak]
BUILT_IN = Path(__file__).parents[2] / "dispatch" / "plans" / "builtin.toml"
PEOPLE = 6


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """One person at a time."""
    path = tmp_path / "other.toml"
    text = BUILT_IN.read_text("utf-8").replace("[defaults]", "[defaults]\npolicy = { nearest = 1 }", 1)
    path.write_text(text.replace('version = "', 'version = "other-', 1), "utf-8")
    return path


def sums(komek: WholeStack) -> Any:
    said = komek.run("shadow", "--json")
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    return found[0] if found and found[0]["incidents"] else None


def test_the_shadow_asks_nobody_and_a_replay_finds_the_same(stack: StartStack, other: Path) -> None:
    with stack(workers=1, environ={"KOMEK_SHADOW_PLANS": str(other)}) as komek:
        town = Town(komek)
        until(lambda: town.call("GET", "/v1/status", "monitor", "m-1").json()["assignment"] == "normal")
        people = [town.volunteer(f"near-{number}", north_m=100 + 50 * number) for number in range(PEOPLE)]
        begun_ms = clock.now_ms()
        incident = town.report()
        offers: Any = until(lambda: town.live(incident))
        for person in sorted(offers)[:1]:
            town.answer(offers[person], "accept")

        found: Any = until(lambda: sums(komek))
        komek.restart("worker-1")
        # The sums come once a minute, and when a worker ends.
        whole: Any = until(lambda: (seen := sums(komek)) and seen["compared"] and seen)
        table = komek.run("shadow")
        replayed = komek.run("replay-log", "--from", clock.rfc3339(begun_ms), "--plans", str(other), "--json")

    assert found["shadow_plans"] == f"other-{found['plans']}"
    assert incident in found["incidents"]
    assert found["by_code"].keys() <= {"fewer", "others"}
    assert whole["shadow_offers"] < whole["offers"]
    assert whole["failed"] == 0
    # The people in force were asked, and nobody else.
    assert len(offers) > 1
    assert offers.keys() <= set(people)
    assert table.returncode == 0, table.stderr
    assert not any(person in table.stdout for person in people)

    assert replayed.returncode == 0, replayed.stderr
    said = json.loads(replayed.stdout)
    was, control, shadow = (column["figures"] for column in said["columns"])
    assert [one["incidents"] for one in (was, control, shadow)] == [1, 1, 1]
    assert control["offers"] == was["offers"] == len(offers)
    assert shadow["load"]["people_asked"] < was["load"]["people_asked"]
    assert not any(person in replayed.stdout for person in people)
