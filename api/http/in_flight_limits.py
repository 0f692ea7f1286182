"""Applies the limits of what is in flight to requests: a slot while a request is worked on.

It is held as long as the work goes on, also if the client has gone: whoever disconnects and asks again would otherwise have no
limit. It is not held while a client sends its body or reads the answer: one that does so slowly would lock out its colleagues.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request

from api.caller import Caller
from api.http.client_address import client_address
from api.http.request_limits import limited
from api.process.in_flight import Work
from api.process.services import Services

AGAIN_AFTER_S = 1
"""Reads take milliseconds, so slots are free again long before."""


@asynccontextmanager
async def slot(request: Request, caller: Caller | None, work: Work | None) -> AsyncIterator[None]:
    """A slot among the reads of the same identity, or of the same address without one; waits for its turn. `work` None: none.

    Raises:
        ProblemResponse: 429, as many requests as may wait do so already, or the turn did not come in time.
    """
    if work is None:
        yield
        return
    services: Services = request.app.state.services
    role, key = (None, client_address(request.scope)) if caller is None else (caller.role, caller.id)
    leave = await services.in_flight.entered(work, role, key)
    if leave is None:
        raise limited(work, role.value if role else "none", AGAIN_AFTER_S)
    try:
        yield
    finally:
        leave()
