"""Requests by a one-offer link: `Authorization: Offer-Link TOKEN`, and the few of them that it permits."""

from fastapi import Request

from api.caller import Caller
from api.http.client_address import client_address
from api.http.problems import ProblemResponse
from api.http.request_limits import limited
from api.process import offer_links
from api.process.rate_limits import RequestClass
from api.process.services import Services
from streams.tokens import Role

SCHEME = "offer-link"
OWN_OFFER = "/v1/offers/{offer_id}"
READ = frozenset({"/v1/session", OWN_OFFER})
"""What a link reads: which offer it opens, and that offer."""


def presented(request: Request) -> str | None:
    """The token of a link in the header Authorization; None: there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == SCHEME else None


async def caller_of(request: Request, services: Services, token: str) -> Caller:
    """The person of the offer that the link opens.

    Raises:
        ProblemResponse: 410; 429 for a token of no offer from an address that has guessed too often.
        StoreUnavailable, NotReady: Redis cannot be read.
    """
    try:
        link = await offer_links.opened(services, token)
    except offer_links.LinkRefused as error:
        # After the look-up: many phones share an address, and a person in danger among them is never refused for the guesses of
        # others. The limit bounds what guesses cost beyond it; 60 bits make them hopeless at any rate of one process.
        wait_s = services.rates.guess_wait_s(client_address(request.scope)) if error.is_unknown else 0
        if wait_s > 0:
            raise limited(RequestClass.REFUSED, "none", wait_s) from None
        raise ProblemResponse("link_ended") from None
    return Caller(link.volunteer_id, Role.VOLUNTEER, link=link)


def require_permitted(request: Request, caller: Caller) -> None:
    """Raises ProblemResponse (403) for everything that the link of the caller does not permit; nothing without a link."""
    link = caller.link
    if link is None:
        return
    path = request.scope["route"].path
    about = request.path_params.get("offer_id")
    # Listed and not derived from roles: a route that is added later is closed to links.
    if path != "/v1/session" and about != link.offer_id:
        raise ProblemResponse("forbidden", "the link is for one offer alone")
    if request.method == "GET" and path in READ:
        return
    verb = path.removeprefix(f"{OWN_OFFER}/")
    if request.method == "POST" and path.startswith(f"{OWN_OFFER}/") and verb in link.answers:
        return
    raise ProblemResponse("forbidden", "the link does not permit this, or not in the present state of the offer")
