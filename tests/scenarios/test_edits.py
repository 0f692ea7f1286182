"""Two operators at two API processes change one incident at the same moment: nothing is lost, and who lost is told."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx2
import pytest
import redis
from kafka import KafkaConsumer

from streams import clock, redis_keys
from streams.local import processes
from streams.local.ports import free_ports
from streams.topics import PRIVATE
from tests.support.stack import running
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

pytestmark = pytest.mark.stack

ROUNDS = 12
REPORT = {
    "type": "medical.other",
    "location": {"type": "Point", "coordinates": [76.945, 43.238]},
    "description": "Үйдің 3-қабатынан түтін",
    "address": "Абай 1",
    "priority": "normal",
}
PRIVATE_FIELDS = ("description", "address", "caller")


class Operator:
    """One person at one API process."""

    def __init__(self, api: str, headers: dict[str, str]) -> None:
        self.http = httpx2.Client(base_url=api, timeout=60, headers=headers)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        named = {
            "Idempotency-Key": clock.fresh_id(),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.http.request(method, path, json=body, headers=named)

    def read(self, path: str) -> dict[str, Any]:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown


@pytest.fixture(scope="module")
def operators(
    module_stack: WholeStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Operator, Operator]]:
    """The second at an API process of its own, beside the one of the stack."""
    folder: Path = tmp_path_factory.mktemp("second-api")
    (port,) = free_ports(1)
    environ = module_stack.command_environ() | {"KOMEK_PORT": str(port), "KOMEK_DATA": str(folder)}
    url = f"http://127.0.0.1:{port}"
    with running(folder, replace(processes.api(environ, url), name="api-2")):
        pair = (
            Operator(module_stack.api, module_stack.headers("operator", "op-1")),
            Operator(url, module_stack.headers("operator", "op-2")),
        )
        yield pair
        for one in pair:
            one.http.close()


def at_once(*works: Callable[[], httpx2.Response]) -> list[httpx2.Response]:
    """All begin at the same moment; answers in their order."""
    barrier = Barrier(len(works))

    def begun(work: Callable[[], httpx2.Response]) -> httpx2.Response:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begun, works))


def reported(operator: Operator) -> str:
    """The path of a new incident that is decided."""
    path: str = operator.ask("POST", "/v1/incidents", REPORT).json()["links"]["self"]
    until(lambda: operator.read(path)["version"] > 0)
    return path


def conflicts_told(operator: Operator, answer: httpx2.Response, refusal: int) -> list[Any]:
    """By the answer, or by the outcome of an order that was not decided before its answer, as on a machine with much to do."""
    if answer.status_code == refusal:
        conflicts: list[Any] = answer.json()["conflicts"]
        assert answer.headers["etag"].strip('"').isdecimal()
        return conflicts
    assert answer.status_code == 202, answer.text
    decided(operator, [answer])
    return list(operator.read(answer.json()["links"]["outcome"]).get("conflicts", ()))


def decided(operator: Operator, answers: list[httpx2.Response]) -> list[str]:
    """What became of orders that were taken in."""
    links = [answer.json()["links"]["outcome"] for answer in answers]
    until(lambda: all(operator.read(link)["outcome"] != "pending" for link in links))
    return [operator.read(link)["outcome"] for link in links]


def private_of(operator: Operator, path: str) -> dict[str, Any]:
    shown = operator.read(path)
    return {name: shown.get(name) for name in PRIVATE_FIELDS}


def test_edits_of_two_private_fields_at_once_are_both_kept(operators: tuple[Operator, Operator]) -> None:
    one, two = operators
    lost = []
    for number in range(ROUNDS):
        path = reported(one)
        address, caller = f"Сейфуллин {number}", {"phone": f"+7 70{number}"}

        answers = at_once(
            partial(one.ask, "PATCH", path, {"address": address}), partial(two.ask, "PATCH", path, {"caller": caller})
        )

        assert [answer.status_code for answer in answers] == [202, 202]
        assert decided(one, answers) == ["applied", "applied"]
        wanted = {"description": REPORT["description"], "address": address, "caller": caller}
        if private_of(one, path) != wanted or private_of(two, path) != wanted:
            lost.append(path)
    assert lost == []


@pytest.mark.parametrize("precondition", ["If-Match", "edit_version", "expected"])
def test_of_two_edits_that_saw_the_same_one_counts_and_the_other_is_told(
    operators: tuple[Operator, Operator], module_stack: WholeStack, precondition: str
) -> None:
    one, two = operators
    for number in range(ROUNDS):
        path = reported(one)
        seen = one.read(path)
        headers = {"If_Match": f'"{seen["version"]}"'} if precondition == "If-Match" else {}
        stated: dict[str, Any] = {
            "If-Match": {},
            "edit_version": {"edit_version": seen["edit_version"]},
            "expected": {"expected": {"priority": "normal"}},
        }[precondition]
        bodies: list[dict[str, Any]] = [
            {"priority": "high", "address": f"Сейфуллин {number}"},
            {"priority": "low", "description": f"№ {number}"},
        ]

        answers = at_once(
            *(
                partial(who.ask, "PATCH", path, body | stated, **headers)
                for who, body in zip(operators, bodies, strict=True)
            )
        )

        refusal = 412 if precondition == "If-Match" else 409
        told = [conflicts_told(who, answer, refusal) for who, answer in zip(operators, answers, strict=True)]
        assert sorted(map(len, told)) == [0, 1], [one.text for one in answers]
        won = told.index([])
        mine, theirs = bodies[1 - won], bodies[won]
        (conflict,) = told[1 - won]
        assert conflict.pop("at")
        assert conflict == {
            "field": "priority",
            **({"expected": "normal"} if precondition == "expected" else {}),
            "mine": mine["priority"],
            "theirs": theirs["priority"],
            "by": f"op-{won + 1}",
        }
        for who in (one, two):
            shown = who.read(path)
            wanted = {name: REPORT.get(name) for name in PRIVATE_FIELDS} | theirs
            assert {name: shown[name] for name in wanted} == wanted
        leaves_nothing(one, module_stack, path)


def leaves_nothing(operator: Operator, komek: WholeStack, path: str) -> None:
    refs = [ref for item in operator.read(f"{path}/decisions")["items"] for ref in item["unused_refs"]]
    assert len(refs) == 1
    with redis.Redis.from_url(komek.redis) as client:
        until(lambda: (client.get(redis_keys.private(refs[0])) or b"|x").endswith(b"|"))


def test_a_repeat_of_the_key_gives_the_loser_the_same_answer(operators: tuple[Operator, Operator]) -> None:
    one, two = operators
    path = reported(one)
    one.ask("PATCH", path, {"address": "Абай 2"}, If_Match='"1"')
    key = clock.fresh_id()

    answers = [
        who.ask("PATCH", path, {"address": "Абай 3"}, If_Match='"1"', Idempotency_Key=key) for who in (two, two, one)
    ]

    first, again, other = (conflicts_told(one, answer, 412) for answer in answers)
    assert len(first) == 1
    assert again == first
    assert len(other) == 1  # another person with the same key: an order of their own, which loses as well


def test_the_log_alone_gives_the_same_details(operators: tuple[Operator, Operator], module_stack: WholeStack) -> None:
    one, two = operators
    path = reported(one)
    answers = [
        one.ask("PATCH", path, {"address": "Абай 2", "caller": {"phone": "+7 701"}}),
        two.ask("PATCH", path, {"address": "Абай 3"}),
        two.ask("PATCH", path, {"description": None}),
    ]
    assert decided(one, answers) == ["applied"] * 3
    before = private_of(one, path)

    assert module_stack.run("rebuild").returncode == 0

    assert before == {"description": None, "address": "Абай 3", "caller": {"phone": "+7 701"}}
    until(lambda: one.ask("GET", path).status_code == 200)
    assert private_of(one, path) == before


def test_what_losers_wrote_is_no_longer_in_the_log(
    module_stack: WholeStack, operators: tuple[Operator, Operator]
) -> None:
    one, _ = operators
    path = reported(one)
    one.ask("PATCH", path, {"address": "Абай 2"}, If_Match='"1"')
    one.ask("PATCH", path, {"address": "Абай 3"}, If_Match='"1"')
    refs = [ref for item in one.read(f"{path}/decisions")["items"] for ref in item["unused_refs"]]

    consumer = KafkaConsumer(
        PRIVATE.name, bootstrap_servers=module_stack.kafka, auto_offset_reset="earliest", consumer_timeout_ms=3000
    )
    newest = {record.key.decode(): record.value for record in consumer}
    consumer.close()

    assert [newest[ref] for ref in refs] == [None]
    kept = {ref for ref in newest if ref.startswith(f"incident:{path.rsplit('/', 1)[1]}:") and newest[ref] is not None}
    # The assistant's reading of the report has a record of its own.
    kept = {ref for ref in kept if ":hints:" not in ref}
    assert len(kept) == 2, json.dumps(sorted(kept))  # the report and the edit that counts


def test_profiles_written_at_two_processes_are_never_half_of_one_and_half_of_the_other(
    operators: tuple[Operator, Operator],
) -> None:
    people = [f"v-halves-{number}" for number in range(ROUNDS)]
    for person in people:
        answers = at_once(
            *(
                partial(who.ask, "PUT", f"/v1/volunteers/{person}", profile(skill))
                for who, skill in zip(operators, ("boat", "driver"), strict=True)
            )
        )
        assert {answer.status_code for answer in answers} <= {200, 202}

    def split() -> list[str]:
        shown = [operators[0].read(f"/v1/volunteers/{person}") for person in people]
        return [one["id"] for one in shown if one["contact"] != {"name": one["skills"][0]}]

    until(lambda: split() == [])


def profile(skill: str) -> dict[str, Any]:
    """Both halves name the skill."""
    return {"capabilities": ["field"], "skills": [skill], "contact": {"name": skill}, "on_duty": False}
