"""Every free text of every operation that writes has its own planted value; none is found where texts must not stand."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import redis

from api.app import assembled
from streams import clock
from tests.support.planted_bodies import Planter
from tests.support.shared_stack import SMS_SECRET
from tests.support.town import Town
from tests.support.waiting import until

pytestmark = pytest.mark.stack

INCIDENT, OFFER, PERSON = "/v1/incidents/{incident_id}", "/v1/offers/{offer_id}", "/v1/volunteers/{volunteer_id}"
WORDS = {
    # Not free although they look so: anything but a value that is known is refused, or it is a secret that is never stored.
    "type", "requirements[].role", "expected.requirements[].role", "expected.type", "into", "incident_id", "offers[]",
    "reports[]", "volunteer_id", "code", "token",
}  # fmt: skip
ELSEWHERE = {
    "POST /v1/session/exchange",
    "POST /v1/revocations",
    "PUT /v1/volunteers/{volunteer_id}/channels",
    "POST /v1/volunteers/{volunteer_id}/channels/{channel_id}/verify",
    "POST /v1/notices/{notice_id}/seen",
    "POST /v1/conversations/{conversation_id}/attach",
}
"""They have nothing but such words."""
GATEWAYS = {"POST /v1/inbound/sms", "POST /v1/inbound/telegram"}
"""Messages of gateways have their own form (`messages_of_the_public`); `tests/api` tests what is kept of a reply."""


class Stage:
    """A town in which requests are sent with planted texts."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.planter = Planter(assembled().openapi(), f"canary{clock.fresh_id()[:8]}")
        self.fields = self.planter.operations()
        self.done: set[str] = set()
        self.refusals: list[httpx2.Response] = []
        self.sender = f"7705{clock.now_ms() % 10_000_000:07}"
        """Number of somebody who writes to the deployment."""
        point = {"type": "Point", "coordinates": [town.centre.lon, town.centre.lat]}
        self.report_words = {
            "type": "road.accident",
            "location": point,
            "priority": "low",
            "requirements": self.need(2),
        }

    def need(self, people: int, **more: Any) -> list[dict[str, Any]]:
        return [{"capability": "field", "skill": "first_aid", "count": people, **more}]

    def send(self, operation: str, ids: dict[str, str], given: dict[str, Any], who: str = "") -> Any:
        """First with a planted value in each word, one by one, which must be refused; then with the texts."""
        method, path = operation.split(" ")
        at, role = path.format(**ids), "volunteer" if who else "operator"
        for word in [field for field in self.fields[operation] if field in WORDS]:
            planted = {**given, word: self.planter.value(f"{operation} {word}")}
            refused = self._call(method, at, role, who, self._with(operation, planted, word))
            assert 400 <= refused.status_code < 500, (operation, word, refused.status_code, refused.text)
            self.refusals.append(refused)
        known = dict.fromkeys(WORDS) | given
        answer = self._call(method, at, role, who, self.planter.body(operation, known))
        assert answer.status_code in (200, 201, 202), (operation, answer.text)
        self.done.add(operation)
        return answer.json()

    def _with(self, operation: str, given: dict[str, Any], word: str) -> Any:
        if word.startswith(("requirements[].", "expected.requirements[].")):
            parts = word.removeprefix("expected.").split("[].")
            given = {**given, parts[0]: self.need(1, **{parts[1]: given[word]})}
        if word == "expected.type":
            given = {**given, "expected": {"type": given[word]}}
        return self.planter.body(operation, dict.fromkeys(WORDS) | given)

    def _call(self, method: str, at: str, role: str, who: str, body: Any) -> httpx2.Response:
        key = self.planter.value(f"{method} {at} Idempotency-Key")
        answer: httpx2.Response = self.town.call(method, at, role, who or "op-1", body, key)
        return answer

    def report(self, **more: Any) -> str:
        return str(self.send("POST /v1/incidents", {}, self.report_words | more)["id"])

    def offer(self, incident: str, person: str) -> str:
        return str(until(lambda: self.town.live(incident).get(person))["id"])

    def person(self, name: str, **profile: Any) -> str:
        who = self.town.volunteer(name, **profile)
        words = {
            "capabilities": ["field"],
            "skills": ["first_aid"],
            "languages": ["kk"],
            "travel_mode": "car",
            "on_duty": True,
        }
        self.send(f"PUT {PERSON}", {"volunteer_id": who}, words | profile, who)
        return who


def test_what_people_type_stands_in_clear_nowhere(town: Town) -> None:
    stage = Stage(town)
    play(stage)
    missing = stage.fields.keys() - stage.done - ELSEWHERE - GATEWAYS
    assert not missing, f"operations with free texts that this test does not send: {sorted(missing)}"

    stage.refusals += list(addresses(stage))
    # The search finds the ids of people, which do stand there: else it would prove nothing.
    controls = {where.partition(" ")[0].partition("/")[0] for where, _ in leaks(stage, town.tag)}
    assert controls >= {"kafka", "redis"}
    found = {
        f"{value} ({stage.planter.planted.get(value, '?')}) in {where}"
        for where, value in leaks(stage, stage.planter.tag)
    }

    found |= {f"the number of a sender in {where}" for where, _ in leaks(stage, stage.sender)}

    assert found == set()


def play(stage: Stage) -> None:
    """Every operation with a text, and the end of every incident."""
    work_in_the_field(stage)
    work_at_a_desk(stage)
    orders_to_people(stage)
    orders_to_incidents(stage)
    messages_of_the_public(stage)
    # Last: whoever is free nearby is asked to help the person in danger.
    people_themselves(stage)


def messages_of_the_public(stage: Stage) -> None:
    """One becomes an incident, with the number of its sender; another is added to that."""
    incident = stage.report(conversation_id=message_of_the_public(stage))
    until(lambda: stage.town.incident(incident)["version"])
    path = f"/v1/conversations/{message_of_the_public(stage)}/attach"
    attached = stage.town.call("POST", path, "operator", "op-1", {"incident_id": incident})
    assert attached.status_code == 202, attached.text
    stage.send(f"POST {INCIDENT}/cancel", {"incident_id": incident}, {})


def message_of_the_public(stage: Stage) -> str:
    """Its conversation."""
    words = stage.planter.value
    given = {
        "id": words("id of an SMS"),
        "from": f"+{stage.sender}",
        "text": words("text of an SMS"),
        "reference": words("reference of an SMS"),
        "part": 1,
        "parts": 2,
    }
    headers = {"X-Komek-Secret": SMS_SECRET}
    assert stage.town.http.post("/v1/inbound/sms", headers=headers, json=given).status_code == 204
    (waiting,) = until(lambda: stage.town.call("GET", "/v1/conversations", "operator", "op-1").json()["items"])
    return str(waiting["id"])


def people_themselves(stage: Stage) -> None:
    who = stage.person("alone", skills=["radio"])
    at = {"volunteer_id": who}
    stage.send(f"PATCH {PERSON}", at, {}, who)
    mail = f"{stage.planter.value('address of a channel')}@example.org"
    stage.send(f"POST {PERSON}/channels", at, {"kind": "email", "address": mail, "subscription": None}, who)
    unknown = {"channel": stage.planter.value("channel of a test")}
    stage.refusals.append(stage.town.call("POST", f"{PERSON}/test-notice".format(**at), "volunteer", who, unknown))
    stage.done.add(f"POST {PERSON}/test-notice")
    stage.send(f"POST {PERSON}/distress", at, {}, who)
    stage.send(f"POST {PERSON}/distress/safe", at, {}, who)


def work_in_the_field(stage: Stage) -> None:
    town = stage.town
    for number in range(3):
        stage.person(f"field-{number}", north_m=100.0 + number)
    stage.send("POST /v1/incidents/preview", {}, stage.report_words)
    ask_the_assistant(stage)
    incident = stage.report()
    at = {"incident_id": incident}
    held = until(lambda: len(offers := town.live(incident)) > 1 and offers)
    going, staying = sorted(held)[:2]
    stage.send(f"POST {OFFER}/decline", {"offer_id": held[staying]["id"]}, {"reason": "busy"}, staying)
    town.answer(held[going], "accept")
    until(lambda: town.is_at(incident, going, "accepted"))
    town.answer(held[going], "progress", {"state": "on_scene"})
    until(lambda: town.is_at(incident, going, "on_scene"))
    for said in ("check-in", "need-help", "distress"):
        stage.send(f"POST {OFFER}/{said}", {"offer_id": held[going]["id"]}, {}, going)
    stage.send(f"POST {INCIDENT}/notes", at, {})
    stage.send(f"PATCH {INCIDENT}", at, {"expected": None, "requirements": None})
    outdated = {"type": "flood"} | dict.fromkeys(
        ("description", "address"), stage.planter.value(f"PATCH {INCIDENT} expected")
    )
    stage.refusals.append(
        town.call("PATCH", INCIDENT.format(**at), "operator", "op-1", {"priority": "high", "expected": outdated})
    )
    stage.send(f"POST {INCIDENT}/escalate", at, {})
    stage.send(f"POST {INCIDENT}/close", at, {})


def ask_the_assistant(stage: Stage) -> None:
    """A busy machine may have no answer in time."""
    path, pasted = "/v1/assistant/report", {"text": stage.planter.value("a pasted text")}
    until(lambda: stage.town.call("POST", path, "operator", "op-1", pasted).status_code == 200)
    stage.done.add(f"POST {path}")


def work_at_a_desk(stage: Stage) -> None:
    """Results beyond the bounds of their plan are proposals; one is rejected, another accepted."""
    town = stage.town
    desk = stage.person("desk", capabilities=["digital"], skills=["verification"])
    need = [{"capability": "digital", "skill": "verification", "count": 1}]
    for verdict in ("reject", "accept"):
        incident = stage.report(requirements=need, priority="high")
        offer = until(lambda: town.live(incident).get(desk))  # noqa: B023
        town.answer(offer, "accept")
        until(lambda: town.is_at(incident, desk, "accepted"))  # noqa: B023
        given = {"outcome": "false", "location": None}
        stage.send(f"POST {OFFER}/result", {"offer_id": offer["id"]}, given, desk)
        (proposal,) = until(lambda: town.incident(incident)["proposals"])  # noqa: B023
        at = {"incident_id": incident, "proposal_id": proposal["id"]}
        stage.send(f"POST {INCIDENT}/proposals/{{proposal_id}}/{verdict}", at, {})


def orders_to_people(stage: Stage) -> None:
    town = stage.town
    chosen = stage.person("chosen", skills=["radio"])
    incident = stage.report(requirements=[{"capability": "field", "skill": "boat", "count": 1}])
    until(lambda: town.incident(incident)["version"])
    given = {"volunteer_id": chosen, "requirement_id": "r1", "force": True}
    stage.send(f"POST {INCIDENT}/offers", {"incident_id": incident}, given)
    offer = until(lambda: town.live(incident).get(chosen))
    # Refused so soon after the offer; its text must not be kept either.
    stage.refusals.append(
        town.call(
            "POST",
            f"{OFFER}/remind".format(offer_id=offer["id"]),
            "operator",
            "op-1",
            {"reason": stage.planter.value("remind")},
        )
    )
    stage.done.add(f"POST {OFFER}/remind")
    stage.send(f"POST {OFFER}/withdraw", {"offer_id": offer["id"]}, {})
    stage.send(f"POST {INCIDENT}/cancel", {"incident_id": incident}, {})


def orders_to_incidents(stage: Stage) -> None:
    town = stage.town
    stage.send("POST /v1/reports/summary/notes", {}, {})
    first, second = (
        stage.report(requirements=[{"capability": "field", "skill": "boat", "count": 1}]) for _ in range(2)
    )
    until(lambda: town.incident(first)["version"] and town.incident(second)["version"])
    stage.send(f"POST {INCIDENT}/merge", {"incident_id": second}, {"into": first})
    until(lambda: town.incident(second)["merged_into"] == first)
    stage.send(f"POST {INCIDENT}/unmerge", {"incident_id": second}, {})
    until(lambda: town.incident(second)["merged_into"] is None)
    made = stage.send(f"POST {INCIDENT}/split", {"incident_id": first}, stage.report_words)["id"]
    stage.send(f"POST {INCIDENT}/close", {"incident_id": second}, {})
    until(lambda: town.incident(second)["status"] == "closed")
    stage.send(f"POST {INCIDENT}/reopen", {"incident_id": second}, {})
    until(lambda: town.incident(second)["status"] != "closed")
    for incident in (first, second, made):
        stage.send(f"POST {INCIDENT}/cancel", {"incident_id": incident}, {})
    until(lambda: all(town.incident(one)["status"] == "cancelled" for one in (first, second, made)))


def addresses(stage: Stage) -> Iterator[httpx2.Response]:
    """Planted values in paths and queries, which access logs and problems might repeat."""
    for path in (
        INCIDENT,
        OFFER,
        f"{INCIDENT}/timeline",
        "/v1/incidents?cursor={x}",
        "/v1/incidents?type={x}",
        "/v1/incidents?bbox={x}",
    ):
        at = (
            path.replace("{incident_id}", "{x}")
            .replace("{offer_id}", "{x}")
            .format(x=stage.planter.value(f"GET {path}"))
        )
        role = "volunteer" if path == OFFER else "operator"
        yield stage.town.call("GET", at, role, "op-1")


def leaks(stage: Stage, tag: str) -> Iterator[tuple[str, str]]:
    """Where a text that begins with the tag stands, and which."""
    # A conflict tells the operator who edits the three values between which to choose.
    for answer in (one for one in stage.refusals if one.json().get("code") != "edit_conflict"):
        yield from hits(f"the answer {answer.status_code} to {answer.request.method}", answer.content, tag)
    yield from hits("/metrics", httpx2.get(f"{stage.town.komek.api}/metrics").content, tag)
    yield from in_files(stage.town.komek.data, tag)
    with redis.Redis.from_url(stage.town.komek.redis) as client:
        for key, value in everything(client):
            yield from hits(f"redis {key.decode()}", key + b" " + value, tag)


def in_files(folder: Path, tag: str) -> Iterator[tuple[str, str]]:
    """The log of Kafka, the files of Redis, and what the processes log."""
    for file in sorted(folder.rglob("*")):
        # Indexes hold numbers and are as large as they may become.
        if file.is_file() and file.suffix not in (".index", ".timeindex", ".jar", ".so"):
            try:
                content = file.read_bytes()
            except FileNotFoundError:
                continue
            yield from hits(str(file.relative_to(folder)), content, tag)


def hits(where: str, content: bytes, tag: str) -> Iterator[tuple[str, str]]:
    for needle in needles(tag):
        start = content.find(needle)
        if start >= 0:
            yield where, content[start : start + len(tag) + 4].decode("utf-8", "replace")


def needles(tag: str) -> Iterator[bytes]:
    """The tag as text, in hexadecimal, and the middle of it in base64 at each alignment."""
    raw = tag.encode()
    yield raw
    yield raw.hex().encode()
    for shift in range(3):
        yield base64.b64encode(b"." * shift + raw)[4 : 4 + 4 * ((len(raw) - 3) // 3)]


def everything(client: "redis.Redis") -> Iterator[tuple[bytes, bytes]]:
    """Every key with its value, whatever its type."""
    read: dict[bytes, Any] = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        b"stream": client.xrange,
    }
    for key in client.scan_iter(count=1000):
        kind: Any = client.type(key)
        if kind != b"none":
            yield key, raw(read[kind](key))


def raw(value: Any) -> bytes:
    """All bytes of a value, one after the other."""
    if isinstance(value, dict):
        return b" ".join(raw(name) + b" " + raw(one) for name, one in value.items())
    if isinstance(value, list | set | tuple):
        return b" ".join(map(raw, value))
    return value if isinstance(value, bytes) else str(value).encode()
