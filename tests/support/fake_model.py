"""A server of models on loopback that may lie, hang, repeat itself, break its JSON, and say what a text orders it to say."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class FakeModel:
    """`usual`: the content of each answer. A text goes out as it is, anything else as JSON."""

    url: str = ""
    usual: Any = field(default_factory=lambda: {"types": [], "places": [], "people": []})
    status: int = 200
    statuses: list[int] = field(default_factory=list)
    """Of the next answers, then `status`."""
    delay_s: float = 0.0
    vector: Callable[[str], list[float]] | None = None
    raw: Callable[[], AsyncIterator[bytes]] | None = None
    """Written instead of an answer."""
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append({"headers": dict(request.headers), **await request.json()})
        content = self.usual if isinstance(self.usual, str) else json.dumps(self.usual)
        return await self._answered(request, {"choices": [{"message": {"content": content}}]})

    async def written_down(self, request: web.Request) -> web.StreamResponse:
        """A transcription: `usual` is its text, or the whole answer."""
        fields = dict(await request.post())
        file = fields.pop("file")
        assert isinstance(file, web.FileField)
        sent = {"name": file.filename, "type": file.content_type, "content": file.file.read()}
        self.asked.append({"headers": dict(request.headers), **fields, "file": sent})
        return await self._answered(request, {"text": self.usual} if isinstance(self.usual, str) else self.usual)

    async def vectors(self, request: web.Request) -> web.StreamResponse:
        """Embeddings: `vector` of each text, or `usual` as the whole answer."""
        body = await request.json()
        self.asked.append({"headers": dict(request.headers), **body})
        if self.vector is None:
            return await self._answered(request, self.usual)
        found = [{"index": at, "embedding": self.vector(text)} for at, text in enumerate(body["input"])]
        return await self._answered(request, {"data": found})

    async def _answered(self, request: web.Request, usual: Any) -> web.StreamResponse:
        await asyncio.sleep(self.delay_s)
        if self.raw is not None:
            response = web.StreamResponse(status=self.status)
            await response.prepare(request)
            try:
                async for chunk in self.raw():
                    await response.write(chunk)
            except ConnectionResetError:
                return response  # the client has had enough
            return response
        status = self.statuses.pop(0) if self.statuses else self.status
        return web.json_response(usual, status=status)

    @property
    def texts(self) -> list[str]:
        """What it was given to read."""
        return [asked["messages"][-1]["content"] for asked in self.asked]


@asynccontextmanager
async def fake_model() -> AsyncIterator[FakeModel]:
    model = FakeModel()
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_post("/v1/chat/completions", model.answer)
    app.router.add_post("/v1/audio/transcriptions", model.written_down)
    app.router.add_post("/v1/embeddings", model.vectors)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    (address,) = runner.addresses
    model.url = f"http://127.0.0.1:{address[1]}/v1"
    try:
        yield model
    finally:
        await runner.cleanup()
