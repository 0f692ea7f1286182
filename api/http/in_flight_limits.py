"""Applies the limits of what is in flight to requests: a place before any work, given back once the response is sent.

A place is held as long as the request is worked on, also if the client has gone: whoever disconnects and asks again would
otherwise have no limit. It is given back however the request ends.
"""

import contextlib

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.caller import Caller
from api.http.client_address import client_address
from api.http.request_limits import limited
from api.process.in_flight import Work
from api.process.services import Services

_HELD = "komek.held"
"""Key of the scope: what the request gives back at its end."""
AGAIN_AFTER_S = 1
"""Reads take milliseconds, so places are free again long before."""


async def take_place(request: Request, caller: Caller | None, work: Work) -> None:
    """Waits for the turn of a read among those of the same identity, or of the same address without one.

    Raises:
        ProblemResponse: 429, as many requests as may wait do so already.
    """
    services: Services = request.app.state.services
    role, key = (None, client_address(request.scope)) if caller is None else (caller.role, caller.id)
    leave = await services.in_flight.entered(work, role, key)
    if leave is None:
        raise limited(work.value, role.value if role else "none", AGAIN_AFTER_S)
    held: contextlib.ExitStack = request.scope[_HELD]
    held.callback(leave)


class GiveBack:
    """ASGI middleware: gives back what a request holds once its response is sent, it has failed or it was cancelled."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A response that a client reads slowly is in the memory of this process until its end.
        with contextlib.ExitStack() as held:
            await self._app({**scope, _HELD: held} if scope["type"] == "http" else scope, receive, send)
