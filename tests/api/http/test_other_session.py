"""A page that names its session: under the cookie of another person nothing is carried out, and nothing refused for good."""

from tests.support.api_world import World, code
from tests.support.browser import SAME, Browser

ACCEPT = "/v1/offers/o-1/accept"


async def test_what_one_person_said_is_not_sent_under_the_cookie_of_another(world: World) -> None:
    browser = Browser(world)
    own = await browser.log_in("volunteer", "v-1")
    page = SAME | {"Komek-Session": own.json()["session_id"]}
    await browser.log_in("operator", "op-1")

    answers = [
        await browser.ask("GET", "/v1/volunteers/v-1/offers", headers=page),
        await browser.ask("POST", ACCEPT, {}, headers=page, key="k-1"),
        await browser.ask("DELETE", "/v1/session", headers=page),
    ]

    assert [(one.status_code, code(one)) for one in answers] == [(409, "other_session")] * 3
    whose = await browser.ask("GET", "/v1/session")
    assert (whose.json()["id"], whose.json()["role"]) == ("op-1", "operator")


async def test_the_page_of_who_holds_the_cookie_is_served_also_after_a_renewal(world: World) -> None:
    browser = Browser(world)
    own = await browser.log_in("operator", "op-1")
    page = SAME | {"Komek-Session": own.json()["session_id"]}
    await browser.ask("POST", "/v1/session/renew")

    assert (await browser.ask("GET", "/v1/session", headers=page)).status_code == 200


async def test_a_token_says_itself_whose_it_is(world: World) -> None:
    answer = await world.ask("GET", "/v1/session", role="operator", headers={"Komek-Session": "another"})

    assert answer.status_code == 200
