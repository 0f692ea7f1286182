"""A TCP proxy whose way can be made slow, stalled, cut or half open, for each direction alone. All proxies share one thread."""

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from streams.local.ports import LOOPBACK

CHUNK_BYTES = 64 * 1024
REFUSED_AFTER_S = 0.2
BOTH = ("up", "down")


class Trouble(StrEnum):
    """`stall`: bytes wait and come later. `half-open`: bytes vanish and nobody is told. `reset`: connections break, and no new
    one lives. `slow`: each piece comes late."""

    STALL = "stall"
    HALF_OPEN = "half-open"
    RESET = "reset"
    SLOW = "slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """`directions`: `up` from the client to the server, `down` back."""

    trouble: Trouble | None = None
    directions: tuple[str, ...] = BOTH
    latency_s: float = 0.5


FAIR = Weather()


class _Pair:
    """One connection through a proxy: both ends. `lost` for good once bytes of it have vanished."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.ends = (client, server)
        self.lost = False

    def abort(self) -> None:
        for end in self.ends:
            with suppress(Exception):
                end.transport.abort()


class Proxy:
    """Listens on `port`, goes to `target`. Its methods are called in the proxies' thread; see `Proxies.set`."""

    def __init__(self, name: str, port: int, target: int) -> None:
        self.name = name
        self.port = port
        self._target = target
        self._weather = FAIR
        self._changed = asyncio.Event()
        self._pairs: set[_Pair] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, self.port, limit=CHUNK_BYTES)

    def set(self, weather: Weather) -> None:
        self._weather = weather
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        if weather.trouble is Trouble.RESET:
            self.abort()

    def abort(self) -> None:
        for pair in list(self._pairs):
            pair.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._weather.trouble is Trouble.RESET:
            writer.transport.abort()
            return
        try:
            upstream, out = await asyncio.open_connection(LOOPBACK, self._target, limit=CHUNK_BYTES)
        except OSError:
            # We have accepted where a dead server would have refused: clients pause after the latter, not after the former.
            await asyncio.sleep(REFUSED_AFTER_S)
            writer.transport.abort()
            return
        pair = _Pair(writer, out)
        self._pairs.add(pair)
        try:
            await asyncio.gather(self._pump("up", reader, out, pair), self._pump("down", upstream, writer, pair))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._pairs.discard(pair)
            pair.abort()

    async def _pump(self, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pair: _Pair) -> None:
        while chunk := await reader.read(CHUNK_BYTES):
            while (weather := self._weather).trouble is Trouble.STALL and way in weather.directions:
                await self._changed.wait()
            if weather.trouble is Trouble.HALF_OPEN and way in weather.directions:
                pair.lost = True
                continue
            if pair.lost:  # the network is back, and the other end knows nothing of this connection
                break
            if weather.trouble is Trouble.SLOW and way in weather.directions:
                await asyncio.sleep(weather.latency_s)
            writer.write(chunk)
            await writer.drain()
        while self._weather.trouble is Trouble.HALF_OPEN:  # the end of a connection is not told, either
            await self._changed.wait()
        pair.abort()


class Proxies:
    """The thread in which all proxies run."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxies", daemon=True)
        self._proxies: dict[str, Proxy] = {}
        self._thread.start()

    def open(self, name: str, port: int, target: int) -> None:
        proxy = Proxy(name, port, target)
        asyncio.run_coroutine_threadsafe(proxy.open(), self._loop).result(10)
        self._proxies[name] = proxy

    def named(self, prefix: str) -> list[str]:
        return [name for name in self._proxies if name.startswith(prefix)]

    def set(self, prefix: str, weather: Weather) -> None:
        """For all proxies whose name begins so. When this returns, it is so."""

        async def change() -> None:
            for name in self.named(prefix):
                self._proxies[name].set(weather)

        asyncio.run_coroutine_threadsafe(change(), self._loop).result(10)

    def close(self) -> None:
        """Ends the thread and every connection. A repeat is harmless."""
        if not self._thread.is_alive():
            return

        async def end() -> None:
            for proxy in self._proxies.values():
                proxy.abort()
            rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
