"""An OpenID Connect issuer (OIDC Core 1.0): discovery, the authorization code flow with PKCE, and identity tokens.

Komek keeps no passwords: operators, admins and monitors log in where their organisation keeps them. Discovery and keys are
cached; an issuer that does not answer hurts only new logins.
"""

import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx2
import structlog

from dispatch.model.ids import is_person_id
from streams import clock
from streams.errors import InvalidInput, RetryLater
from streams.settings import Settings
from streams.tokens import CLOCK_SKEW_S, BadKeys, BadToken, Role, TokenKeys

CALLBACK = "/v1/session/oidc/callback"
CACHED_S = 3600.0
KEYS_AGAIN_AFTER_S = 10.0
"""An unknown key is looked for again at most this often, so that invalid tokens make no requests to the issuer."""
ANSWER_WITHIN_S = 5.0
MOST_BYTES = 2**20
LONGEST_TOKEN = 16_384
"""Identity tokens list groups and are longer than access tokens."""
OLDEST_S = 600
_log = structlog.get_logger(__name__)


class IssuerUnavailable(RetryLater):
    """The issuer does not answer, or not as OpenID Connect requires."""


class LoginRefused(InvalidInput):
    """The issuer or its token does not say who logs in, or the person has no role. The message may be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who has logged in, as the issuer states it."""

    sub: str
    role: Role
    organisation: str | None


@dataclass(frozen=True, slots=True)
class _Found:
    """What discovery and the keys said at `at_s`."""

    document: Mapping[str, Any]
    keys: TokenKeys
    at_s: float


class OidcIssuer:
    """`transport` replaces the network in tests."""

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        monotonic_s: Callable[[], float] = clock.monotonic_s,
    ) -> None:
        self._issuer = settings.oidc_issuer or ""
        self._client = settings.oidc_client or ""
        self._secret = settings.oidc_secret or ""
        self._redirect_uri = (settings.oidc_redirect or "").rstrip("/") + CALLBACK
        self._settings = settings
        self._monotonic_s = monotonic_s
        self._found: _Found | None = None
        self._http = httpx2.AsyncClient(
            transport=transport,
            timeout=ANSWER_WITHIN_S,
            trust_env=False,
            follow_redirects=False,
            verify=ssl.create_default_context(),
        )

    async def stop(self) -> None:
        await self._http.aclose()

    async def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is sent. Raises IssuerUnavailable."""
        found = await self._discovered()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self._redirect_uri,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = str(found.document["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def identity(self, code: str, *, nonce: str, verifier: str, now_s: int, issuer: str | None) -> Identity:
        """Exchanges the code of a callback. `issuer`: its parameter `iss` (RFC 9207), if there is one.

        Raises:
            LoginRefused: the code, the token or the role is not accepted.
            IssuerUnavailable: it does not answer.
        """
        if issuer is not None and issuer != self._issuer:
            raise LoginRefused("the answer comes from another issuer")
        claims = await self._claims_of(await self._identity_token(code, verifier))
        self._check(claims, nonce, now_s)
        role = self._role_of(claims)
        if role is None:
            raise LoginRefused("this account has no role in Komek")
        organisation = _at(claims, self._settings.oidc_organisation_claim)
        is_text = isinstance(organisation, str) and 0 < len(organisation) <= 128 and organisation.isprintable()
        return Identity(
            sub=self._subject(str(claims["sub"])), role=role, organisation=str(organisation) if is_text else None
        )

    async def _identity_token(self, code: str, verifier: str) -> str:
        found = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        methods = found.document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        auth = None
        if "client_secret_basic" in methods:
            # Encoded as in a form (RFC 6749 2.3.1), so that a colon in the client id separates nothing.
            auth = httpx2.BasicAuth(quote(self._client, safe=""), quote(self._secret, safe=""))
        else:
            form |= {"client_id": self._client, "client_secret": self._secret}
        status, answer = await self._asked("POST", str(found.document["token_endpoint"]), form, auth)
        token = answer.get("id_token") if isinstance(answer, Mapping) else None
        if status != 200 or not isinstance(token, str):
            # Without its text, which may repeat the code.
            _log.warning("the issuer refused the code of a login", status=status)
            raise LoginRefused("the issuer did not accept the login: it was repeated, or took too long")
        return token

    async def _claims_of(self, token: str) -> Mapping[str, Any]:
        found = await self._discovered()
        try:
            return found.keys.signed_claims(token, longest=LONGEST_TOKEN)
        except BadToken:
            # Perhaps signed by a new key.
            if self._monotonic_s() - found.at_s < KEYS_AGAIN_AFTER_S:
                raise LoginRefused("the identity token is not signed by the issuer") from None
        try:
            return (await self._discovered(anew=True)).keys.signed_claims(token, longest=LONGEST_TOKEN)
        except BadToken as error:
            raise LoginRefused("the identity token is not signed by the issuer") from error

    def _check(self, claims: Mapping[str, Any], nonce: str, now_s: int) -> None:
        """OIDC Core 3.1.3.7. Raises LoginRefused."""
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        stated = claims.get("nonce")
        expires_s, issued_s = _seconds(claims.get("exp")), _seconds(claims.get("iat"))
        subject = claims.get("sub")
        if claims.get("iss") != self._issuer:
            raise LoginRefused("the identity token is of another issuer")
        if self._client not in audiences or (
            (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != self._client
        ):
            raise LoginRefused("the identity token is for another service")
        if expires_s is None or issued_s is None or now_s >= expires_s + CLOCK_SKEW_S:
            raise LoginRefused("the identity token has expired")
        if not now_s - OLDEST_S <= issued_s <= now_s + CLOCK_SKEW_S:
            raise LoginRefused("the identity token was not issued now")
        if not isinstance(stated, str) or not hmac.compare_digest(stated.encode("utf-8", "replace"), nonce.encode()):
            raise LoginRefused("the identity token is of another login")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise LoginRefused("the identity token names nobody")

    def _role_of(self, claims: Mapping[str, Any]) -> Role | None:
        """The first role of the settings that the claim, a text or a list, contains."""
        value = _at(claims, self._settings.oidc_role_claim)
        named = {one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)}
        return next((Role(role) for name, role in self._settings.oidc_roles if name in named), None)

    def _subject(self, sub: str) -> str:
        # Some issuers use characters that separate keys here, like auth0|7.
        if is_person_id(sub) and not sub.startswith("oidc-"):
            return sub
        return f"oidc-{hashlib.sha256(f'{self._issuer} {sub}'.encode('utf-8', 'replace')).hexdigest()[:40]}"

    async def _discovered(self, *, anew: bool = False) -> _Found:
        now_s = self._monotonic_s()
        if self._found is not None and not anew and now_s - self._found.at_s < CACHED_S:
            return self._found
        url = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
        document = await self._document(url)
        # Mix-up: a document of another issuer would send codes and secrets elsewhere (OIDC Discovery 4.3).
        if document.get("issuer") != self._issuer:
            raise self._unusable("its document names another issuer")
        scheme = urlsplit(self._issuer).scheme
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            endpoint = document.get(name)
            if not isinstance(endpoint, str) or urlsplit(endpoint).scheme not in ("https", scheme):
                raise self._unusable(f"{name} is no https URL")
        try:
            keys = TokenKeys.of_jwks(await self._document(str(document["jwks_uri"])))
        except BadKeys as error:
            raise self._unusable(f"its keys cannot be used: {error}") from error
        self._found = _Found(document, keys, now_s)
        return self._found

    async def _document(self, url: str) -> Mapping[str, Any]:
        status, document = await self._asked("GET", url, None, None)
        if status != 200 or not isinstance(document, Mapping):
            raise self._unusable(f"status {status}")
        return document

    async def _asked(
        self, method: str, url: str, form: Mapping[str, str] | None, auth: httpx2.Auth | None
    ) -> tuple[int, Any]:
        """Status and JSON (None: no JSON). Raises IssuerUnavailable."""
        try:
            async with self._http.stream(
                method, url, data=form, auth=auth, headers={"Accept": "application/json"}
            ) as answer:
                content = b""
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > MOST_BYTES:
                        raise self._unusable("its answer is too long")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise self._unusable(type(error).__name__) from error
        if answer.status_code >= 500:
            raise self._unusable(f"status {answer.status_code}")
        try:
            return answer.status_code, json.loads(content.decode("utf-8"))
        except (ValueError, RecursionError):
            return answer.status_code, None

    @staticmethod
    def _unusable(reason: str) -> IssuerUnavailable:
        _log.warning("the issuer of logins cannot be used", reason=reason)
        return IssuerUnavailable(reason)


def _at(claims: Mapping[str, Any], path: str) -> object:
    """The value of a claim, or of a field in objects: `realm_access.roles`."""
    # Some issuers use a URL as name, with dots in it.
    if path in claims:
        return claims[path]
    value: object = claims
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 2**53:
        return None  # NaN fails both comparisons
    return float(value)
