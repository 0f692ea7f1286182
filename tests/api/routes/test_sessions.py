"""Sessions over HTTP: login links, cookies, renewal, lists, revocation and erasure, and attacks on each."""

import asyncio
from ipaddress import ip_network
from typing import Any

import httpx2
import pytest
import structlog.testing

from api.app import assembled
from streams import clock
from streams.errors import OutcomeUnknown
from streams.tokens import Role
from streams.topics import SESSIONS
from streams.wire import Revoked
from tests.api.http.test_auth import IDS, ROLES
from tests.support.api_world import World, code, token
from tests.support.browser import SAME, SITE, Browser
from tests.support.waiting import eventually

PEOPLE = [Role.OPERATOR, Role.VOLUNTEER, Role.MONITOR, Role.ADMIN]
PROFILE = {"capabilities": ["field"], "skills": ["first_aid"]}


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(world)


async def made_code(world: World, role: str = "volunteer", subject: str = "v-1") -> str:
    answer = await world.ask("POST", "/v1/session/codes", {"role": role, "id": subject}, role="admin")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["code"])


# One-time links.


@pytest.mark.parametrize(("role", "page"), [("operator", "/#code="), ("volunteer", "/v/#code=")])
async def test_a_link_names_the_page_of_the_role_and_is_spent_once(
    world: World, browser: Browser, role: str, page: str
) -> None:
    made = (await world.ask("POST", "/v1/session/codes", {"role": role, "id": "p-1"}, role="admin")).json()
    assert made["link"] == page + made["code"]

    answer = await browser.ask("POST", "/v1/session/exchange", {"code": made["code"]})

    assert (answer.status_code, answer.json()["id"], answer.json()["role"]) == (200, "p-1", role)
    again = await Browser(world).ask("POST", "/v1/session/exchange", {"code": made["code"]})
    assert (again.status_code, code(again)) == (403, "code_refused")


@pytest.mark.parametrize(
    ("caller", "role", "status"),
    [
        ("operator", "volunteer", 201),
        ("operator", "operator", 403),
        ("operator", "admin", 403),
        ("admin", "admin", 201),
        ("admin", "tracker", 422),  # a device has a token, not a session
    ],
)
async def test_who_may_make_a_link_for_whom(world: World, caller: str, role: str, status: int) -> None:
    answer = await world.ask("POST", "/v1/session/codes", {"role": role, "id": "p-1"}, role=caller)

    assert answer.status_code == status


@pytest.mark.parametrize("caller", ["operator", "admin"])
async def test_a_session_and_the_audit_name_who_made_its_link(world: World, browser: Browser, caller: str) -> None:
    made = await world.ask(
        "POST", "/v1/session/codes", {"role": "volunteer", "id": "v-1"}, role=caller, subject="desk-7"
    )
    await browser.ask("POST", "/v1/session/exchange", {"code": made.json()["code"]})
    await browser.ask("POST", "/v1/session/renew")

    theirs, admins = await browser.ask("GET", "/v1/sessions"), await world.ask("GET", "/v1/sessions", role="admin")

    for listed in (theirs, admins):
        assert [one["issued_by"] for one in listed.json()["items"]] == ["desk-7"]
    entry = next(one for one in world.log.audits if one.action == "session.code")
    assert (entry.actor, entry.role, entry.subject) == ("desk-7", caller, "v-1")


async def test_a_preview_of_a_link_spends_nothing(world: World, browser: Browser) -> None:
    made = await made_code(world)
    for method in ("GET", "HEAD", "OPTIONS"):
        for path in ("/", "/v/", "/v1/session/exchange"):
            await browser.ask(method, path)

    assert (await browser.ask("POST", "/v1/session/exchange", {"code": made})).status_code == 200


async def test_no_log_and_no_stored_record_contains_a_code_or_cookie(world: World, browser: Browser) -> None:
    with structlog.testing.capture_logs() as logs:
        made = await made_code(world)
        await browser.ask("POST", "/v1/session/exchange", {"code": made})
        await browser.ask("GET", "/v1/session")
        await browser.ask("POST", "/v1/session/renew")
        await browser.ask("POST", "/v1/session/exchange", {"code": made})

    kept = repr((logs, world.log.messages, world.log.audits, world.redis.__dict__))
    assert made not in kept
    assert not any(value in kept or value.rpartition(".")[2] in kept for value in browser.cookies.values())


async def test_a_login_needs_no_redis(world: World, browser: Browser) -> None:
    made = await made_code(world)
    world.redis.is_down = True

    assert (await browser.ask("POST", "/v1/session/exchange", {"code": made})).status_code == 200
    assert (await browser.ask("GET", "/v1/session")).status_code == 200
    assert (await browser.ask("POST", "/v1/session/renew")).status_code == 200


async def test_without_kafka_a_login_is_tried_again_later(world: World, browser: Browser) -> None:
    made = await made_code(world)
    world.log.trouble = OutcomeUnknown("no answer")

    assert (await browser.ask("POST", "/v1/session/exchange", {"code": made})).status_code == 503


# Cookies.


async def test_over_https_the_cookie_is_bound_to_the_host(browser: Browser) -> None:
    header = (await browser.log_in("operator", "op-1")).headers["set-cookie"]

    assert header.startswith("__Host-komek=")
    assert [part.partition("=")[0] for part in header.split("; ")[1:]] == [
        "Path",
        "Max-Age",
        "HttpOnly",
        "SameSite",
        "Secure",
    ]
    assert "SameSite=Strict" in header
    assert "Path=/;" in header


@pytest.mark.parametrize("origin", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"])
async def test_over_http_on_this_machine_the_cookie_has_a_plain_name(world: World, origin: str) -> None:
    header = (await Browser(world, origin).log_in("operator", "op-1")).headers["set-cookie"]

    assert header.startswith("komek=")
    assert "Secure" not in header


@pytest.mark.parametrize(
    "origin",
    ["http://komek.test", "http://192.168.0.7:8000", "http://localhost.evil.test", "http://127.0.0.1.evil.test"],
)
async def test_over_http_from_elsewhere_there_is_no_session_and_the_code_stays(world: World, origin: str) -> None:
    made = await made_code(world)

    answer = await Browser(world, origin).ask("POST", "/v1/session/exchange", {"code": made})

    assert (answer.status_code, code(answer)) == (403, "https_required")
    assert (await Browser(world).ask("POST", "/v1/session/exchange", {"code": made})).status_code == 200


@pytest.mark.parametrize(("client", "status"), [("10.0.0.7", 200), ("10.0.1.7", 403)])
async def test_the_https_of_a_named_proxy_counts_and_nobody_elses(world: World, client: str, status: int) -> None:
    app = assembled(services=world.app.state.services, proxies=(ip_network("10.0.0.0/24"),))
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "komek.test", "Origin": SITE}
    made = await made_code(world)

    transport = httpx2.ASGITransport(app=app, client=(client, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://inside", headers=headers) as http:
        answer = await http.post("/v1/session/exchange", json={"code": made})

    assert answer.status_code == status
    assert answer.headers.get("set-cookie", "").startswith("__Host-komek=") == (status == 200)


FOREIGN: list[dict[str, str]] = [
    {},  # neither header: no browser, or one that cannot tell
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},  # another host of the same domain
    {"Sec-Fetch-Site": "none"},  # typed, or opened from a message
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Origin": "http://komek.test"},  # the same host without TLS
    {"Origin": "https://komek.test:444"},
    {"Origin": "https://komek.test.evil.test"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.test"},
    {"Sec-Fetch-Site": "cross-site", "Origin": SITE},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/session"), ("POST", "/v1/session/renew"), ("DELETE", "/v1/session")]
)
async def test_a_cookie_counts_only_for_pages_of_the_same_origin(
    browser: Browser, headers: dict[str, str], method: str, path: str
) -> None:
    await browser.log_in("operator", "op-1")

    answer = await browser.ask(method, path, headers=headers)

    assert answer.status_code in (401, 403)
    assert (await browser.ask("GET", "/v1/session")).status_code == 200


@pytest.mark.parametrize("headers", [SAME, {"Origin": SITE}, {"Origin": SITE, **SAME}], ids=str)
async def test_either_header_of_the_same_origin_suffices(browser: Browser, headers: dict[str, str]) -> None:
    await browser.log_in("operator", "op-1")

    assert (await browser.ask("GET", "/v1/session", headers=headers)).status_code == 200


@pytest.mark.parametrize("headers", [one for one in FOREIGN if one], ids=str)
async def test_a_page_of_another_site_can_log_nobody_in(world: World, headers: dict[str, str]) -> None:
    made = await made_code(world)

    answer = await Browser(world).ask("POST", "/v1/session/exchange", {"code": made}, headers=headers)

    assert (answer.status_code, code(answer)) == (403, "cross_site")
    assert "set-cookie" not in answer.headers


async def test_a_login_always_opens_a_new_session(world: World) -> None:
    """Session fixation: the cookie that an attacker has planted is not the one that is logged in."""
    planted, person = Browser(world), Browser(world)
    await planted.log_in("volunteer", "attacker")
    person.cookies = dict(planted.cookies)

    await person.log_in("volunteer", "v-1")

    assert person.cookies != planted.cookies
    assert (await planted.ask("GET", "/v1/session")).json()["id"] == "attacker"
    assert (await person.ask("GET", "/v1/session")).json()["id"] == "v-1"


@pytest.mark.parametrize("order", [("mine", "theirs"), ("theirs", "mine"), ("mine", "mine")])
async def test_two_cookies_of_the_name_are_refused(world: World, order: tuple[str, str]) -> None:
    """Cookie tossing: another page of the host has added one with a longer path."""
    mine, theirs = Browser(world, "http://localhost:8000"), Browser(world, "http://localhost:8000")
    await mine.log_in("operator", "op-1")
    await theirs.log_in("operator", "attacker")
    values = {"mine": mine.header, "theirs": theirs.header}

    answer = await mine.world.ask(
        "GET",
        "http://localhost:8000/v1/session",
        role=None,
        headers={"Cookie": "; ".join(values[one] for one in order), **SAME},
    )

    assert answer.status_code == 401


async def test_each_connection_accepts_only_the_name_of_its_own_cookie(browser: Browser) -> None:
    await browser.log_in("operator", "op-1")
    value = browser.cookies["__Host-komek"]

    # Set over plain http by somebody on the way.
    browser.cookies = {"komek": value}

    assert (await browser.ask("GET", "/v1/session")).status_code == 401


async def test_a_header_counts_alone_even_if_it_is_invalid(browser: Browser) -> None:
    await browser.log_in("admin", "a-1")

    theirs = await browser.ask(
        "GET", "/v1/session", headers=SAME | {"Authorization": f"Bearer {token('monitor', 'm-1')}"}
    )
    bad = await browser.ask("GET", "/v1/session", headers=SAME | {"Authorization": "Bearer x.y.z"})
    empty = await browser.ask("GET", "/v1/session", headers=SAME | {"Authorization": ""})

    assert (theirs.json()["id"], theirs.json()["session_id"]) == ("m-1", None)
    assert (bad.status_code, empty.status_code) == (401, 401)


async def test_a_cookie_is_no_token_and_a_token_is_no_cookie(browser: Browser) -> None:
    await browser.log_in("operator", "op-1")
    value = browser.cookies["__Host-komek"]
    as_token = await browser.ask("GET", "/v1/session", headers=SAME | {"Authorization": f"Bearer {value}"})
    browser.cookies = {"__Host-komek": token("operator", "op-1")}

    assert (as_token.status_code, (await browser.ask("GET", "/v1/session")).status_code) == (401, 401)


@pytest.mark.parametrize(("method", "path"), sorted(ROLES))
async def test_a_session_may_do_what_a_token_of_its_role_may(world: World, method: str, path: str) -> None:
    """The role matrix again: both get the same answer."""
    filled = path
    for name, value in IDS.items():
        filled = filled.replace(name, value)
    other = World()  # an erasure by one would end the other
    for role in PEOPLE:
        if path == "/v1/events" and role in ROLES[method, path]:
            continue  # an answer without an end; its own test is below
        by_token = await other.ask(method, filled, {}, role=role)
        browser = Browser(world)
        await browser.log_in(role, f"{role}-1")

        by_cookie = await browser.ask(method, filled, {})

        answers = [(one.status_code, "forbidden" in one.text) for one in (by_token, by_cookie)]
        assert answers[0] == answers[1]
        assert role in ROLES[method, path] or answers[0] == (403, True)
    await other.client.aclose()


# Renewal and the end.


async def test_a_renewal_replaces_the_cookie_and_two_old_ones_end_the_session(browser: Browser) -> None:
    await browser.log_in("volunteer", "v-1")
    stolen = dict(browser.cookies)
    for _ in range(2):
        assert (await browser.ask("POST", "/v1/session/renew")).status_code == 200
        browser.world.ahead_ms += 61_000

    thief = Browser(browser.world)
    thief.cookies = stolen

    assert (await thief.ask("POST", "/v1/session/renew")).status_code == 401
    assert (await browser.ask("GET", "/v1/session")).status_code == 401


async def test_renewing_needs_a_cookie(browser: Browser) -> None:
    answer = await browser.ask("POST", "/v1/session/renew")

    assert (answer.status_code, code(answer)) == (401, "unauthenticated")


async def test_logging_out_ends_the_session_and_removes_the_cookie(browser: Browser) -> None:
    await browser.log_in("operator", "op-1")
    kept = dict(browser.cookies)

    assert (await browser.ask("DELETE", "/v1/session")).status_code == 204

    assert browser.cookies == {}
    browser.cookies = kept
    assert (await browser.ask("GET", "/v1/session")).status_code == 401


async def test_a_program_logs_out_by_revoking_its_token(world: World) -> None:
    assert (await world.ask("DELETE", "/v1/session", role="tracker", subject="t-logout")).status_code == 204

    answer = await world.ask("GET", "/v1/status", role="tracker", subject="t-logout")

    assert (answer.status_code, answer.json()["detail"]) == (401, "the token was revoked")


async def test_people_see_and_end_their_own_sessions_and_admins_everybodys(world: World) -> None:
    phone, tablet, other, admin = (Browser(world) for _ in range(4))
    for browser, subject in ((phone, "v-1"), (tablet, "v-1"), (other, "v-2")):
        await browser.log_in("volunteer", subject)
    await admin.log_in("admin", "a-1")
    mine = (await phone.ask("GET", "/v1/sessions")).json()["items"]
    assert [(one["id"], one["is_current"]) for one in mine] == [("v-1", True), ("v-1", False)]
    theirs = (await other.ask("GET", "/v1/sessions")).json()["items"][0]["session_id"]

    assert code(await phone.ask("DELETE", f"/v1/sessions/{theirs}")) == "not_found"
    assert code(await phone.ask("GET", "/v1/sessions?subject=v-2")) == "forbidden"
    assert (await phone.ask("DELETE", f"/v1/sessions/{mine[1]['session_id']}")).status_code == 204
    assert (await tablet.ask("GET", "/v1/session")).status_code == 401

    assert len((await admin.ask("GET", "/v1/sessions")).json()["items"]) == 3
    assert [one["id"] for one in (await admin.ask("GET", "/v1/sessions?subject=v-2")).json()["items"]] == ["v-2"]
    assert (await admin.ask("DELETE", f"/v1/sessions/{theirs}")).status_code == 204
    assert (await other.ask("GET", "/v1/session")).status_code == 401


async def test_the_list_is_paged(world: World) -> None:
    for number in range(5):
        await Browser(world).log_in("volunteer", f"v-{number}")
    seen, cursor = [], ""
    while True:
        page = (await world.ask("GET", f"/v1/sessions?limit=2{cursor}", role="admin")).json()
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert seen == [f"v-{number}" for number in range(5)]


@pytest.mark.parametrize("cursor", ["x", "1.", "\u0663.a", "1.a|b", "-1.a", "1" * 90])
async def test_no_cursor_is_an_error_of_the_server(world: World, cursor: str) -> None:
    answer = await world.ask("GET", "/v1/sessions?cursor=" + cursor, role="admin")

    assert answer.status_code == 422


# Revocation and erasure.


@pytest.mark.parametrize(
    ("body", "ends_token", "ends_session"),
    [
        ({"subject": "v-7"}, True, True),
        ({"role": "volunteer"}, True, True),
        ({"token": "TOKEN"}, True, False),
        ({"jti": "JTI"}, True, False),
        ({"session": "SESSION"}, False, True),
        ({"subject": "v-8"}, False, False),
        ({"role": "operator"}, False, False),
    ],
    ids=str,
)
async def test_an_admin_revokes(
    world: World, browser: Browser, body: dict[str, str], ends_token: bool, ends_session: bool
) -> None:
    session = (await browser.log_in("volunteer", "v-7")).json()["session_id"]
    bearer = token("volunteer", "v-7")
    jti = world.keys.verify(bearer, now_s=clock.now_ms() // 1000).jti or ""
    filled = {name: {"TOKEN": bearer, "JTI": jti, "SESSION": session}.get(value, value) for name, value in body.items()}

    answer = await world.ask("POST", "/v1/revocations", filled, role="admin")

    assert (answer.status_code, answer.json()["revoked"]) == (200, next(iter(body)).replace("jti", "token"))
    by_token = await world.ask("GET", "/v1/status", role="volunteer", subject="v-7")
    assert (by_token.status_code == 401) == ends_token
    assert ((await browser.ask("GET", "/v1/status")).status_code == 401) == ends_session


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"subject": "v-1", "role": "admin"},
        {"subject": None},
        {"subject": "a/b"},
        {"role": "king"},
        {"role": ["admin"]},
        {"token": "x.y.z"},
        {"jti": "\u0000"},
        {"session": "a b"},
    ],
    ids=str,
)
async def test_a_revocation_names_exactly_one_thing(world: World, body: dict[str, Any]) -> None:
    answer = await world.ask("POST", "/v1/revocations", body, role="admin")

    assert answer.status_code == 422
    assert [one for one in world.log.messages if one.topic == SESSIONS.name] == []


async def test_a_revocation_survives_a_restart_while_redis_is_away(world: World) -> None:
    await world.ask("POST", "/v1/revocations", {"subject": "v-9"}, role="admin")
    world.redis.is_down = True

    world.restart()
    await world.session_log.catch_up()

    assert (await world.ask("GET", "/v1/incident-types", role="volunteer", subject="v-9")).status_code == 401


@pytest.mark.parametrize("by", ["token", "cookie"])
async def test_a_live_view_ends_at_once_with_its_token_or_session(world: World, browser: Browser, by: str) -> None:
    await browser.log_in("volunteer", "v-5")
    view = asyncio.ensure_future(
        browser.ask("GET", "/v1/events")
        if by == "cookie"
        else world.ask("GET", "/v1/events", role="volunteer", subject="v-5")
    )
    await eventually(lambda: list(world.feed._listeners()))

    await world.ask("POST", "/v1/revocations", {"subject": "v-5"}, role="admin")

    async with asyncio.timeout(2.0):
        assert (await view).text.endswith('event: end\ndata: {"reason":"token_revoked"}\n\n')


async def test_an_erased_person_is_logged_out_and_their_token_opens_nothing_also_when_the_id_is_used_again(
    world: World, browser: Browser
) -> None:
    await browser.log_in("volunteer", "v-erased")
    await world.ask("PUT", "/v1/volunteers/v-erased", PROFILE, role="volunteer", subject="v-erased")
    unspent = await made_code(world, subject="v-erased")

    answer = await world.ask("DELETE", "/v1/volunteers/v-erased", role="volunteer", subject="v-erased")

    assert (answer.status_code, answer.json()["links"]) == (202, {})
    await world.ask("PUT", "/v1/volunteers/v-erased", PROFILE, role="operator")
    for path in ("/v1/volunteers/v-erased", "/v1/volunteers/v-erased/offers", "/v1/incident-types", "/v1/events"):
        assert (await world.ask("GET", path, role="volunteer", subject="v-erased")).status_code == 401
        assert (await browser.ask("GET", path)).status_code == 401
    assert code(await Browser(world).ask("POST", "/v1/session/exchange", {"code": unspent})) == "code_refused"


async def test_an_erasure_is_repeated_until_the_revocation_is_in_the_log(world: World) -> None:
    world.log.trouble = OutcomeUnknown("no answer")
    first = await world.ask("DELETE", "/v1/volunteers/v-again", role="volunteer", subject="v-again")
    world.log.trouble = None

    second = await world.ask("DELETE", "/v1/volunteers/v-again", role="volunteer", subject="v-again")

    assert (first.status_code, second.status_code) == (503, 202)


async def test_a_profile_that_waited_for_an_erasure_does_not_register_the_person_again(world: World) -> None:
    services = world.app.state.services
    async with services.person_locks.held("v-late"):
        late = asyncio.ensure_future(
            world.ask("PUT", "/v1/volunteers/v-late", PROFILE, role="volunteer", subject="v-late")
        )
        await eventually(lambda: services.person_locks._locks["v-late"][1] == 2)
        await world.sessions.revoke(Revoked.SUBJECT, "v-late")

    assert (await late).status_code == 401
    assert world.log.topics() == [SESSIONS.name]
