"""Idempotency-Key: the same key and body give the same response and one incident; another body is refused."""

import hashlib
import json
from typing import Any

import pytest

from dispatch.model import ids
from dispatch.model.answer_commands import AcceptOffer
from dispatch.model.commands import ReportIncident
from dispatch.model.digests import are_comparable
from streams.errors import OutcomeUnknown
from streams.ring import KeyRing, LiveRing
from streams.store.intake_marks import Repeat
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World, code, report
from tests.support.builders import incident, offer

OFFER = "o-8320e5-" + "a" * 32 + "-" + "b" * 16


async def test_the_same_report_again_gives_the_same_answer(world: World) -> None:
    first = await world.report(key="k1")
    again = await world.report(key="k1")

    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["location"] == first.headers["location"]


async def test_another_process_without_memory_gives_the_same_incident_id(world: World) -> None:
    first = await world.report(key="k1")
    world.redis.keys.clear()
    world.restart()
    again = await world.report(key="k1")

    assert again.json() == first.json()
    commands = world.log.commands
    assert len({command.id for command in commands}) == 1
    assert len({command.body_digest for command in commands if isinstance(command, ReportIncident)}) == 1


async def test_the_same_key_with_another_body_is_refused(world: World) -> None:
    await world.report(key="k1")

    answer = await world.report(key="k1", priority="low")

    assert (answer.status_code, code(answer)) == (422, "idempotency_key_reused")
    assert len(world.log.commands) == 1


async def test_another_process_refuses_a_reused_key_by_redis(world: World) -> None:
    await world.report(key="k1")
    world.restart()

    assert code(await world.report(key="k1", priority="low")) == "idempotency_key_reused"


async def test_spaces_and_the_order_of_fields_make_no_other_body(world: World) -> None:
    first = await world.ask("POST", "/v1/incidents", raw=b'{"type":"flood","location":null}', key="k1")
    again = await world.ask("POST", "/v1/incidents", raw=b'{ "location": null, "type": "flood" }', key="k1")

    assert (again.status_code, again.json()) == (202, first.json())


async def test_keys_of_different_callers_are_independent(world: World) -> None:
    body = {"type": "flood", "location": None}

    one = await world.ask("POST", "/v1/incidents", body, key="k", subject="op-1")
    two = await world.ask("POST", "/v1/incidents", body, key="k", subject="op-2")

    assert one.json()["id"] != two.json()["id"]


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201, "tab\tkey"])
async def test_a_key_must_be_visible_and_short(world: World, key: str) -> None:
    answer = await world.ask(
        "POST", "/v1/incidents", {"type": "flood", "location": None}, key=None,
        headers={"Idempotency-Key": key} if key.isascii() else {},
    )  # fmt: skip

    assert (answer.status_code, code(answer)) == (400, "idempotency_key_required")


async def test_puts_need_no_key(world: World) -> None:
    body = {"capabilities": ["field"], "skills": ["cpr"]}

    assert (await world.ask("PUT", "/v1/volunteers/v-1", body, key=None)).status_code == 200


async def test_an_unacknowledged_request_can_be_repeated_with_the_same_key(world: World) -> None:
    world.log.trouble = OutcomeUnknown("no answer")
    assert (await world.report(key="k1")).status_code == 503
    world.log.trouble = None

    assert (await world.report(key="k1")).status_code == 202


async def test_a_repeat_after_the_decision_gets_the_first_response(world: World) -> None:
    """A phone that did not receive the response repeats the request after the offer is declined."""
    held = offer(id=OFFER, volunteer_id="v-1")
    world.redis.add(incident(id="i-8320e5-" + "a" * 32, offers=(held,)))
    path = f"/v1/offers/{OFFER}/decline"
    first = await world.ask("POST", path, {"reason": "busy"}, role="volunteer", subject="v-1", key="k")
    world.redis.states.clear()

    again = await world.ask("POST", path, {"reason": "busy"}, role="volunteer", subject="v-1", key="k")

    assert (again.status_code, again.content) == (202, first.content)


async def test_one_key_for_two_offers_is_two_requests(world: World) -> None:
    world.redis.is_down = True
    other = OFFER[:-1] + "c"

    await world.ask("POST", f"/v1/offers/{OFFER}/accept", role="volunteer", subject="v-1", key="k")
    answer = await world.ask("POST", f"/v1/offers/{other}/accept", role="volunteer", subject="v-1", key="k")

    assert code(answer) == "idempotency_key_reused"
    (command,) = world.log.commands
    assert isinstance(command, AcceptOffer)


class BeforeUpgrade:
    """What an API process stored of a report before digests were keyed."""

    def __init__(self, body: dict[str, Any], key: str) -> None:
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
        self.body_digest = hashlib.sha256(canonical).hexdigest()
        self.key = ids.derived("digest", "operator-1", key).hex
        self.request = ids.derived("digest", "POST", "/v1/incidents", self.body_digest).hex
        self.command_id = ids.command_id("operator-1", key, f"report:{self.body_digest}")

    def hashes(self) -> set[str]:
        return {self.body_digest, self.key, self.request, self.command_id}


async def test_nothing_that_is_stored_is_an_unkeyed_hash_of_the_request(world: World) -> None:
    """Whoever reads Kafka or Redis can hash every phone number of a prefix, and must recognise none."""
    body = report(external_id="112-7")
    await world.ask("POST", "/v1/incidents", body, key="k1")
    unkeyed = BeforeUpgrade(body, "k1").hashes() | {ids.derived("external", "112-7").hex}

    stored = b"".join(message.value or b"" for message in world.log.messages).decode("latin-1")
    stored += "".join([*world.redis.keys, *(repeat.digest for repeat in world.redis.keys.values())])

    assert len(world.redis.keys) == 1
    assert not [hash_ for hash_ in unkeyed if hash_ in stored]


async def test_another_data_key_gives_other_digests_of_the_same_request(world: World) -> None:
    sent = []
    for key in (DATA_KEY, bytes(32)):
        world.ring = LiveRing(KeyRing.of_key(key))
        world.redis.keys.clear()
        world.restart()
        await world.report(key="k1", external_id="112-7", description="Горит квартира на третьем этаже")
        await world.app.state.services.marks.stop()  # the response is stored in the background
        (mark,) = world.redis.keys.items()
        command = world.log.commands[-1]
        assert isinstance(command, ReportIncident)
        sent.append(
            (command.id, command.body_digest, command.external_digest, command.text_print, mark[0], mark[1].digest)
        )

    assert all(one != other for one, other in zip(*sent, strict=True))
    assert len({command.incident_id for command in world.log.commands}) == 1


async def test_two_processes_without_redis_leave_a_conflict_to_the_dispatcher(world: World) -> None:
    world.redis.is_down = True
    for changes in ({}, {}, {"priority": "low"}):
        world.restart()
        assert (await world.report(key="k1", **changes)).status_code == 202

    first, repeat, conflict = (command for command in world.log.commands if isinstance(command, ReportIncident))
    assert first.incident_id == repeat.incident_id == conflict.incident_id
    assert (first.id, first.body_digest) == (repeat.id, repeat.body_digest)
    assert first.body_digest != conflict.body_digest
    assert are_comparable(first.body_digest, conflict.body_digest)


async def test_a_repeat_across_the_upgrade_gets_the_first_response(world: World) -> None:
    answer = await world.report(key="k1")
    before = BeforeUpgrade(report(), "k1")
    world.redis.keys = {before.key: Repeat(digest=before.request, answer=answer.content)}
    world.restart()

    again = await world.report(key="k1")

    assert (again.status_code, again.content) == (202, answer.content)
    assert len(world.log.commands) == 1


async def test_a_repeat_across_the_upgrade_without_a_response_sends_the_same_command(world: World) -> None:
    before = BeforeUpgrade(report(), "k1")
    world.redis.keys = {before.key: Repeat(digest=before.request)}

    # Twice: the first repeat marks the key anew, which must not hide the older mark.
    for _ in range(2):
        assert (await world.report(key="k1")).status_code == 202
        world.redis.keys = {key: Repeat(digest=mark.digest) for key, mark in world.redis.keys.items()}
        world.restart()

    assert [command.id for command in world.log.commands] == [before.command_id] * 2


async def test_a_key_reused_across_the_upgrade_is_refused(world: World) -> None:
    before = BeforeUpgrade(report(), "k1")
    world.redis.keys = {before.key: Repeat(digest=before.request)}

    assert code(await world.report(key="k1", priority="low")) == "idempotency_key_reused"
    assert world.log.commands == []
