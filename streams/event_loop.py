"""Turns at the event loop: much work in small pieces goes on beside everything else, and none of it waits for ever."""

import asyncio
from collections import deque


class Turns:
    """Lets so many of those who wait go on in each pass of the loop, first come first served.

    Between two passes the loop looks at its sockets, so whatever else there is to do has to wait for so many pieces at the most.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_scheduled = False

    async def take(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._give)
        await turn

    def _give(self) -> None:
        given = 0
        while self._waiting and given < self._at_once:
            turn = self._waiting.popleft()
            if not turn.done():  # who waited may have gone
                turn.set_result(None)
                given += 1
        self._is_scheduled = bool(self._waiting)
        if self._is_scheduled:
            asyncio.get_running_loop().call_soon(self._give)
