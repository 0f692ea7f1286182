"""A browser at the API of a `World`: keeps cookies as browsers do, and states where a request comes from."""

from http.cookies import SimpleCookie
from typing import Any

import httpx2

from streams.tokens import Role
from tests.support.api_world import World

SITE = "https://komek.test"
SAME = {"Sec-Fetch-Site": "same-origin"}


class Browser:
    """`origin`: the address in its address bar. `cookies`: by name, as the API set them."""

    def __init__(self, world: World, origin: str = SITE) -> None:
        self.world = world
        self.origin = origin
        self.cookies: dict[str, str] = {}

    @property
    def header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def ask(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, key: str | None = ""
    ) -> httpx2.Response:
        """From a page of the same site, unless `headers` say otherwise."""
        sent = {"Cookie": self.header} if self.cookies else {}
        answer = await self.world.ask(
            method,
            f"{self.origin}{path}",
            body,
            role=None,
            key=key,
            headers=sent | (SAME if headers is None else headers),
        )
        # The client of the world has a jar of its own, which all browsers would share.
        self.world.client.cookies.clear()
        self._keep(answer)
        return answer

    async def log_in(self, role: Role | str, subject: str) -> httpx2.Response:
        made = await self.world.sessions.new_code(Role(role), subject, "desk")
        return await self.ask("POST", "/v1/session/exchange", {"code": made.code})

    def _keep(self, answer: httpx2.Response) -> None:
        for header in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
