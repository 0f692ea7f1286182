"""Login at an OpenID Connect issuer: a real flow, and attacks on each of its steps."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import structlog.testing

from api.process.oidc_issuer import CALLBACK, KEYS_AGAIN_AFTER_S, OidcIssuer
from tests.support.api_world import World, code
from tests.support.browser import SAME, Browser
from tests.support.issuers import CLIENT, ISSUER, ForgingIssuer, provider_process, settings_for
from tests.support.signing import base64url, public, rsa

FROM_ISSUER = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}


class Login:
    """A browser that logs in at an issuer whose answers the test may change."""

    def __init__(self, **settings: Any) -> None:
        self.issuer = ForgingIssuer()
        self.now_s = 0.0
        made = OidcIssuer(
            settings_for(ISSUER, **settings), transport=self.issuer.transport, monotonic_s=lambda: self.now_s
        )
        self.world = World(issuer=made)
        self.browser = Browser(self.world)
        self.state = ""

    async def begin(self) -> dict[str, str]:
        """The query of the authorization request."""
        answer = await self.browser.ask("GET", "/v1/session/oidc", headers={"Sec-Fetch-Site": "none"})
        assert answer.status_code == 303, answer.text
        asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
        self.state, self.issuer.nonce = asked["state"], asked["nonce"]
        return asked

    async def end(self, query: str | None = None, browser: Browser | None = None) -> httpx2.Response:
        asked = query if query is not None else f"code=c-1&state={self.state}"
        return await (browser or self.browser).ask("GET", f"{CALLBACK}?{asked}", headers=FROM_ISSUER)

    async def refused(self, answer: httpx2.Response, said: str) -> None:
        assert (answer.status_code, code(answer)) == (403, "login_refused"), answer.text
        assert said in answer.json()["detail"]
        assert (await self.browser.ask("GET", "/v1/session")).status_code == 401


@pytest.fixture
async def login() -> AsyncIterator[Login]:
    made = Login()
    yield made
    await made.world.client.aclose()


async def test_a_real_flow_with_an_issuer_of_its_own_process() -> None:
    with provider_process(roles=["desk", "staff"], organisation="Red Crescent") as address:
        issuer = OidcIssuer(settings_for(address))
        browser = Browser(World(issuer=issuer))
        to_issuer = await browser.ask("GET", "/v1/session/oidc", headers={"Sec-Fetch-Site": "none"})
        # What a person does at the issuer: choose their name.
        agreed = httpx2.post(to_issuer.headers["location"], data={"sub": "ann"})
        back = urlsplit(agreed.headers["location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == f"https://komek.test{CALLBACK}"

        answer = await browser.ask("GET", f"{back.path}?{back.query}", headers=FROM_ISSUER)
        again = await browser.ask("GET", f"{back.path}?{back.query}", headers=FROM_ISSUER)
        await issuer.stop()

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    session = (await browser.ask("GET", "/v1/session")).json()
    assert (session["id"], session["role"], session["method"]) == ("ann", "operator", "oidc")
    assert session["organisation"] == "Red Crescent"
    assert again.status_code == 403
    await browser.world.client.aclose()


async def test_the_request_has_state_nonce_and_a_challenge_and_the_browser_keeps_them(login: Login) -> None:
    asked = await login.begin()

    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", CLIENT, "openid")
    assert asked["redirect_uri"] == f"https://komek.test{CALLBACK}"
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert list(login.browser.cookies) == ["__Host-komek-login"]
    await login.end()
    assert login.issuer.forms[0]["code_verifier"] != asked["code_challenge"]
    assert list(login.browser.cookies) == ["__Host-komek"]


async def test_a_login_gives_the_session_cookie_and_leads_to_the_console_only(login: Login) -> None:
    await login.begin()

    answer = await login.end(f"code=c-1&state={login.state}&next=https://evil.test&redirect_uri=https://evil.test")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "SameSite=Strict" in answer.headers.get_list("set-cookie")[0]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("code=c-1", "this browser"),
        ("code=c-1&state=other", "this browser"),
        ("code=c-1&state=%ED%A0%80", "this browser"),
        ("state=STATE", "did not log the person in"),
        ("state=STATE&error=access_denied", "did not log the person in"),
        ("code=c-1&state=STATE&iss=https://evil.test", "another issuer"),
    ],
)
async def test_a_callback_that_does_not_fit_is_refused(login: Login, query: str, said: str) -> None:
    await login.begin()

    await login.refused(await login.end(query.replace("STATE", login.state)), said)


async def test_the_callback_of_an_attacker_logs_nobody_in(login: Login) -> None:
    """Login CSRF: the state belongs to the attacker's browser."""
    await login.begin()
    victim = Browser(login.world)

    answer = await login.end(browser=victim)

    assert (answer.status_code, victim.cookies) == (403, {})


@pytest.mark.parametrize("place", range(5))
async def test_a_changed_login_cookie_is_refused(login: Login, place: int) -> None:
    await login.begin()
    parts = login.browser.cookies["__Host-komek-login"].split(".")
    parts[place] = str(10**15) if place == 3 else "a" * 43
    if place == 0:
        login.state = parts[0]
    login.browser.cookies["__Host-komek-login"] = ".".join(parts)

    await login.refused(await login.end(), "this browser")


async def test_a_code_that_is_replayed_is_refused(login: Login) -> None:
    await login.begin()
    kept = dict(login.browser.cookies)
    await login.end()
    login.browser.cookies = kept

    assert code(await login.end()) == "login_refused"


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"nonce": "other"}, "another login"),
        ({"nonce": None}, "another login"),
        ({"nonce": ["x"]}, "another login"),
        ({"iss": "https://evil.test"}, "another issuer"),
        ({"aud": "other"}, "another service"),
        ({"aud": ["komek", "other"]}, "another service"),  # without azp
        ({"aud": ["komek"], "azp": "other"}, "another service"),
        ({"aud": [["komek"]]}, "another service"),
        ({"exp": 1}, "expired"),
        ({"exp": True}, "expired"),
        ({"exp": "2999"}, "expired"),
        ({"iat": 1}, "issued now"),
        ({"iat": 2**40}, "issued now"),
        ({"sub": ""}, "nobody"),
        ({"sub": 7}, "nobody"),
    ],
    ids=str,
)
async def test_an_identity_token_that_does_not_fit_is_refused(
    login: Login, claims: dict[str, object], said: str
) -> None:
    login.issuer.claims = claims
    await login.begin()

    await login.refused(await login.end(), said)


@pytest.mark.parametrize("alg", ["none", "HS256", "RS512", "PS256"])
async def test_another_algorithm_is_refused(login: Login, alg: str) -> None:
    def forged() -> str:
        _, claims, signature = login.issuer.signed_token().split(".")
        changed = base64url(b'{"alg":"%s","kid":"one"}' % alg.encode())
        return ".".join((changed, claims, "" if alg == "none" else signature))

    login.issuer.token = forged
    await login.begin()

    await login.refused(await login.end(), "not signed by the issuer")


async def test_a_key_that_the_issuer_did_not_publish_is_refused(login: Login) -> None:
    login.issuer.keys = [public(rsa(3072, kid="one"))]
    await login.begin()

    await login.refused(await login.end(), "not signed by the issuer")


@pytest.mark.parametrize(
    ("value", "role"),
    [
        ("desk", "operator"),
        (["staff", "desk"], "operator"),
        (["desk", "komek-admins"], "admin"),  # the first of the settings
        (["wall"], "monitor"),
        (["volunteer"], None),
        ("admin", None),  # a role of Komek is no value of the issuer
        ([], None),
        (None, None),
        ({"desk": True}, None),
        ([["desk"]], None),
        (7, None),
    ],
    ids=str,
)
async def test_the_role_is_the_first_of_the_settings_that_the_claim_contains(
    login: Login, value: object, role: str | None
) -> None:
    login.issuer.claims = {"roles": value}
    await login.begin()

    answer = await login.end()

    if role is None:
        await login.refused(answer, "no role")
    else:
        assert (await login.browser.ask("GET", "/v1/session")).json()["role"] == role


@pytest.mark.parametrize("claim", ["realm_access.roles", "https://login.test/roles"])
async def test_the_claim_may_lie_in_an_object_or_have_dots(claim: str) -> None:
    login = Login(oidc_role_claim=claim)
    login.issuer.claims = {"roles": None, "realm_access": {"roles": ["desk"]}, "https://login.test/roles": ["desk"]}
    await login.begin()

    assert (await login.end()).status_code == 303
    await login.world.client.aclose()


async def test_a_subject_with_separators_becomes_an_opaque_id(login: Login) -> None:
    login.issuer.claims = {"sub": "auth0|7:\u0416"}
    await login.begin()
    await login.end()

    assert (await login.browser.ask("GET", "/v1/session")).json()["id"].startswith("oidc-")


async def test_rotated_keys_are_found_and_cached(login: Login) -> None:
    await login.begin()
    await login.end()
    asked = login.issuer.asked.count("/keys")
    login.issuer.rotate()
    login.now_s += KEYS_AGAIN_AFTER_S

    await login.begin()
    answer = await login.end(f"code=c-2&state={login.state}")

    assert (answer.status_code, login.issuer.asked.count("/keys")) == (303, asked + 1)


async def test_an_issuer_that_is_away_hurts_only_new_logins(login: Login) -> None:
    await login.begin()
    await login.end()
    other = Browser(login.world)
    login.issuer.is_away = True
    login.now_s += 7200

    answer = await other.ask("GET", "/v1/session/oidc", headers={"Sec-Fetch-Site": "none"})

    assert (answer.status_code, code(answer)) == (503, "issuer_unavailable")
    assert (await login.browser.ask("GET", "/v1/session", headers=SAME)).status_code == 200
    assert (await login.browser.ask("POST", "/v1/session/renew")).status_code == 200
    assert (await other.log_in("operator", "op-1")).status_code == 200


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.test"},
        {"token_endpoint": "http://login.test/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
    ids=str,
)
async def test_a_document_that_leads_elsewhere_is_not_used(login: Login, document: dict[str, object]) -> None:
    login.issuer.document = document

    answer = await login.browser.ask("GET", "/v1/session/oidc")

    assert (answer.status_code, code(answer)) == (503, "issuer_unavailable")


async def test_the_client_authenticates_and_its_secret_is_in_no_log(login: Login) -> None:
    with structlog.testing.capture_logs() as logs:
        await login.begin()
        await login.end()
        await login.end()

    # The colon of the secret is encoded (RFC 6749 2.3.1).
    assert httpx2.BasicAuth(CLIENT, "s3cret%3A%26")._auth_header == login.issuer.forms[0]["authorization"]
    assert not any(text in repr(logs) for text in ("s3cret", login.state, login.issuer.nonce, "c-1"))


async def test_without_an_issuer_there_are_links_only(world: World) -> None:
    for path in ("/v1/session/oidc", f"{CALLBACK}?code=x&state=y"):
        assert code(await Browser(world).ask("GET", path)) == "not_found"
