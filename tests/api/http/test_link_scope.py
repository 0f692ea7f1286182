"""One-offer links: what they open, what they never open, and what ends them; every route with every state of an offer."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.http.link_scope import SCHEME
from api.process.offer_links import AFTERWARDS_MS, AT_WORK, BEFORE, answers_now
from api.process.rate_limits import LINK_GUESSES
from dispatch.model.answer_commands import AcceptOffer
from dispatch.model.ids import offer_id as id_of_offer
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import AnswerWay, IncidentStatus, OfferState
from streams import clock, wire
from streams.ring import KeyRing, KeyUse
from streams.ring.key_ring import KeyState
from streams.tokens import Role
from streams.wire import Revoked
from tests.api.http.test_auth import ROLES
from tests.api.routes.test_links import VIEW
from tests.api.routes.test_offers import INCIDENT, OFFER, asked
from tests.support.api_fakes import DATA_KEY, seal_incident
from tests.support.api_world import World, code
from tests.support.builders import offer

RING = KeyRing.of_key(DATA_KEY)
TOKEN = wire.offer_tokens(RING, OFFER)[0]
OTHER = OFFER[:-1] + "c"
ANSWERS = {path.rpartition("/")[2] for method, path in ROLES if path.startswith("/v1/offers/{offer_id}/")}
BODIES: dict[str, Any] = {
    "progress": {"state": "en_route"},
    "confirm": {"version": 1},
    "result": {"outcome": "confirmed"},
}


def fresh(state: OfferState = OfferState.OFFERED, **known: Any) -> Offer:
    now_ms = clock.now_ms()
    times = {"created_ms": now_ms - 1000, "changed_ms": now_ms, "expires_ms": now_ms + 90_000}
    return offer(state, **({"id": OFFER, "volunteer_id": "v-1", **times} | known))


async def linked(world: World, held: Offer, token: str = TOKEN) -> None:
    """The offer, another one of the same person, and the link to the first in the index."""
    other = fresh(OfferState.DECLINED, id=OTHER, requirement_id="r2")
    world.redis.add(asked(held, other, status=IncidentStatus.DISPATCHING))
    world.redis.volunteers["v-1"] = replace(VIEW, id="v-1")
    await world.reach.put_offer_link(wire.token_names(RING, token)[0], "v-1", held.id)


async def by_link(world: World, method: str, path: str, body: Any = None, token: str = TOKEN, **more: Any) -> Any:
    return await world.ask(method, path, body, role=None, headers={"Authorization": f"{SCHEME} {token}"}, **more)


async def test_a_link_says_which_offer_it_opens_and_shows_it(world: World) -> None:
    await linked(world, fresh())

    who = (await by_link(world, "GET", "/v1/session")).json()
    shown = await by_link(world, "GET", f"/v1/offers/{OFFER}")

    assert (who["offer_id"], who["role"], who["session_id"], who["expires_at"]) == (OFFER, "volunteer", None, None)
    assert (shown.status_code, shown.json()["state"]) == (200, "offered")


async def test_an_answer_by_a_link_is_that_of_the_person_and_says_how_it_came(world: World) -> None:
    await linked(world, fresh())

    answer = await by_link(world, "POST", f"/v1/offers/{OFFER}/accept", key="k-1")
    again = await by_link(world, "POST", f"/v1/offers/{OFFER}/accept", key="k-1")

    command = world.log.commands[0]
    assert isinstance(command, AcceptOffer)
    assert (answer.status_code, again.json()) == (202, answer.json())
    assert (command.volunteer_id, command.by, command.way, command.heard_by) == ("v-1", "v-1", AnswerWay.LINK, None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    route=st.sampled_from(sorted(ROLES)),
    state=st.sampled_from(sorted(OfferState)),
    about=st.sampled_from([OFFER, OTHER]),
    who=st.sampled_from(["v-1", "v-2"]),
)
async def test_only_answers_to_its_own_offer_pass(
    world: World, route: tuple[str, str], state: OfferState, about: str, who: str
) -> None:
    method, path = route
    held = fresh(state)
    await linked(world, held)
    filled = path.replace("{offer_id}", about).replace("{incident_id}", INCIDENT).replace("{volunteer_id}", who)
    filled = filled.replace("{skill}", "doctor").replace("{session_id}", "s-1").replace("{notice_id}", "0" * 8)
    verb = path.rpartition("/")[2]
    answers = answers_now(asked(held, status=IncidentStatus.DISPATCHING), held, clock.now_ms())
    before = len(world.log.messages)

    answer = await by_link(world, method, filled, BODIES.get(verb) if method != "GET" else None)

    is_own = "{offer_id}" in path and about == OFFER
    reads = method == "GET" and (is_own or path == "/v1/session")
    answered = method == "POST" and is_own and verb in (answers or ())
    if answers is None:
        assert (answer.status_code, code(answer)) == (410, "link_ended")
    elif reads:
        assert answer.status_code == 200
    elif not answered:
        assert (answer.status_code, code(answer)) == (403, "forbidden")
    else:
        assert answer.status_code in (202, 409, 422)
    assert answered or len(world.log.messages) == before


def test_links_answer_what_people_answer_and_nothing_that_operators_do() -> None:
    assert {"withdraw", "remind"} == ANSWERS - AT_WORK


@pytest.mark.parametrize(
    ("state", "ms_ago", "answers"),
    [
        (OfferState.OFFERED, {}, BEFORE),
        # The time is up and the dispatcher has not said so yet.
        (OfferState.OFFERED, {"expires_ms": 1}, BEFORE),
        (OfferState.EXPIRED, {}, BEFORE),
        (OfferState.ACCEPTED, {}, AT_WORK),
        (OfferState.ON_SCENE, {}, AT_WORK),
        (OfferState.DECLINED, {}, {"decline"}),
        (OfferState.DONE, {}, {"progress", "result", "distress"}),
        (OfferState.WITHDRAWN, {}, set()),
        (OfferState.STOOD_DOWN, {}, {"distress"}),
        (OfferState.VOID, {}, set()),
        (OfferState.WITHDRAWN, {"changed_ms": AFTERWARDS_MS}, None),
        (OfferState.DONE, {"changed_ms": AFTERWARDS_MS}, None),
        (OfferState.OFFERED, {"expires_ms": AFTERWARDS_MS}, None),
    ],
    ids=range(13),
)
def test_what_a_link_may_say_follows_from_its_offer_alone(
    state: OfferState, ms_ago: dict[str, int], answers: set[str] | None
) -> None:
    held = fresh(state, **{name: clock.now_ms() - ago for name, ago in ms_ago.items()})

    assert answers_now(asked(held), held, clock.now_ms()) == answers


def test_a_link_ends_with_the_incident() -> None:
    held = fresh(OfferState.ACCEPTED, changed_ms=clock.now_ms() - AFTERWARDS_MS)

    assert answers_now(asked(held, status=IncidentStatus.CLOSED), held, clock.now_ms()) is None


async def test_a_link_ends_with_a_revocation_of_its_person_or_of_the_role(world: World) -> None:
    await linked(world, fresh())
    assert (await by_link(world, "GET", "/v1/session")).status_code == 200

    await world.sessions.revoke(Revoked.SUBJECT, "v-1")
    ended = await by_link(world, "GET", "/v1/session")
    world.forget_sessions()
    await world.sessions.revoke(Revoked.ROLE, Role.VOLUNTEER)
    by_role = await by_link(world, "GET", "/v1/session")

    assert (code(ended), code(by_role)) == ("link_ended", "link_ended")


async def test_a_link_ends_with_the_erasure_of_its_person(world: World) -> None:
    await linked(world, fresh(OfferState.ACCEPTED))

    del world.redis.volunteers["v-1"]

    assert code(await by_link(world, "GET", f"/v1/offers/{OFFER}")) == "link_ended"


async def test_a_link_ends_with_the_key_it_was_derived_from(world: World) -> None:
    foreign = wire.offer_tokens(KeyRing.of_key(b"k" * 32), OFFER)[0]
    # Even where the index still has it.
    await linked(world, fresh(), token=foreign)

    assert code(await by_link(world, "GET", "/v1/session", token=foreign)) == "link_ended"


async def test_an_index_that_names_another_person_opens_nothing(world: World) -> None:
    await linked(world, fresh())
    await world.reach.put_offer_link(wire.token_names(RING, TOKEN)[0], "v-2", OFFER)

    assert code(await by_link(world, "GET", "/v1/session")) == "link_ended"


async def test_links_are_found_again_after_a_loss_of_redis(world: World) -> None:
    world.redis.add(asked(fresh()))
    world.redis.volunteers["v-1"] = replace(VIEW, id="v-1")

    found = await by_link(world, "GET", "/v1/session")
    made_up = await by_link(world, "GET", "/v1/session", token="0" * 10)

    assert (found.json()["offer_id"], code(made_up)) == (OFFER, "link_ended")


async def test_a_link_is_not_refused_while_redis_is_away(world: World) -> None:
    await linked(world, fresh())
    world.redis.is_down = True

    answer = await by_link(world, "GET", "/v1/session")

    assert (answer.status_code, code(answer)) == (503, "picture_unavailable")


async def test_guesses_from_one_address_are_limited_and_ended_links_are_not(world: World) -> None:
    await linked(world, fresh(OfferState.WITHDRAWN, changed_ms=clock.now_ms() - AFTERWARDS_MS))
    for _ in range(3):
        assert code(await by_link(world, "GET", "/v1/session")) == "link_ended"
    # All but one of the guesses that an address has.
    for _ in range(LINK_GUESSES.burst - 1):
        world.app.state.services.rates.guess_wait_s("127.0.0.1")

    guesses = [await by_link(world, "GET", "/v1/session", token=f"{number:010}") for number in range(2)]

    assert [code(one) for one in guesses] == ["link_ended", "too_many_requests"]
    assert code(await by_link(world, "GET", "/v1/session")) == "link_ended"


async def test_a_link_opens_its_offer_whatever_others_guess_behind_the_same_address(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await linked(world, fresh())
    rates = world.app.state.services.rates
    # The clock stands: a guess is allowed again each second, which is less than a slow machine takes.
    now_s = clock.monotonic_s()
    monkeypatch.setattr(rates, "_monotonic_s", lambda: now_s)
    for _ in range(LINK_GUESSES.burst):
        rates.guess_wait_s("127.0.0.1")

    guess = await by_link(world, "GET", "/v1/session", token="0" * 10)
    valid = await by_link(world, "GET", "/v1/session")

    assert (code(guess), valid.status_code) == ("too_many_requests", 200)


async def test_a_link_shows_how_to_get_there_and_nobody_who_called(world: World) -> None:
    await linked(world, fresh(OfferState.ACCEPTED))
    caller = {"name": "Aigul", "phone": "+77010000000"}
    seal_incident(world.redis, INCIDENT, description="Smoke", address="Abay 7", caller=caller)

    app = (await world.ask("GET", f"/v1/offers/{OFFER}", role="volunteer", subject="v-1")).json()
    shown = (await by_link(world, "GET", f"/v1/offers/{OFFER}")).json()

    assert (app["caller"]["name"], app["description"]) == ("Aigul", "Smoke")
    assert (shown["address"], shown["location"]["type"]) == ("Abay 7", "Point")
    assert (shown["caller"], shown["description"], shown["details"]) == (None, None, "verified_only")


@pytest.mark.parametrize("token", ["", "a", "a" * 11, "a" * 5000, "aaaaaaaaa-", "аааааааааа", "a b c d e f"])
async def test_no_token_is_an_error_of_the_server(world: World, token: str) -> None:
    header = [(b"Authorization", f"{SCHEME} {token}".encode())]

    answer = await world.client.get("/v1/session", headers=header)

    assert code(answer) == "link_ended"


@given(st.integers(min_value=0, max_value=2**64 - 1), st.integers(min_value=0, max_value=2**64 - 1))
def test_tokens_of_two_offers_differ_and_are_well_formed(one: int, other: int) -> None:
    ids = [id_of_offer(INCIDENT, f"{number:016x}", "r1", "v-1") for number in (one, other)]

    tokens = [wire.offer_tokens(RING, one)[0] for one in ids]

    assert (tokens[0] == tokens[1]) == (ids[0] == ids[1])
    assert all(wire.is_token(one) for one in tokens)
    assert wire.is_token_of(RING, tokens[0], ids[0])


def test_a_link_of_an_accepted_key_still_opens_and_new_ones_use_the_active_key() -> None:
    older = [replace(key, state=KeyState.ACCEPTED) for key in RING.keys if key.use is KeyUse.DATA]
    both = KeyRing([*KeyRing.of_key(b"k" * 32).keys, *older])

    assert wire.offer_tokens(both, OFFER)[1:] == [TOKEN]
