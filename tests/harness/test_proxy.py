"""The proxy of the fault runs: a network that did not break would make every run a good one."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from streams.local.ports import LOOPBACK, free_ports
from tests.faults.proxy import FAIR, Proxies, Trouble, Weather

SILENT_S = 0.3
"""How long nothing comes before it counts as nothing. A slow machine makes the silence longer, never shorter."""
WITHIN_S = 20.0


class Wire:
    """A client on one side of the proxy, a server that says everything back on the other."""

    def __init__(self, proxies: Proxies, port: int) -> None:
        self.proxies = proxies
        self._port = port

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(LOOPBACK, self._port)

    def set(self, trouble: Trouble, *directions: str) -> None:
        self.proxies.set("wire", Weather(trouble=trouble, directions=directions or ("up", "down"), latency_s=SILENT_S))


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(1000):
            writer.write(chunk)
        writer.close()

    port, target = free_ports(2)
    server = await asyncio.start_server(echo, LOOPBACK, target)
    proxies = Proxies()
    proxies.open("wire", port, target)
    yield Wire(proxies, port)
    proxies.close()
    server.close()
    await asyncio.sleep(0)  # the closed connections' tasks end


async def said_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: bytes) -> bytes:
    writer.write(text)
    return await asyncio.wait_for(reader.readexactly(len(text)), WITHIN_S)


async def is_silent(reader: asyncio.StreamReader) -> bool:
    try:
        return not await asyncio.wait_for(reader.read(1), SILENT_S)
    except TimeoutError:
        return True


async def test_in_fair_weather_everything_passes(wire: Wire) -> None:
    reader, writer = await wire.open()

    assert await said_back(reader, writer, b"hello") == b"hello"

    writer.close()


@pytest.mark.parametrize("direction", ["up", "down"])
async def test_what_is_stalled_comes_later_and_whole(wire: Wire, direction: str) -> None:
    reader, writer = await wire.open()
    await said_back(reader, writer, b"hello")
    wire.set(Trouble.STALL, direction)

    writer.write(b"later")
    assert await is_silent(reader)
    wire.proxies.set("wire", FAIR)

    assert await asyncio.wait_for(reader.readexactly(5), WITHIN_S) == b"later"
    writer.close()


@pytest.mark.parametrize("direction", ["up", "down"])
async def test_what_a_half_open_connection_loses_never_comes_and_the_connection_is_dead_after(
    wire: Wire, direction: str
) -> None:
    reader, writer = await wire.open()
    await said_back(reader, writer, b"hello")
    wire.set(Trouble.HALF_OPEN, direction)

    writer.write(b"lost")
    assert await is_silent(reader)
    wire.proxies.set("wire", FAIR)
    writer.write(b"again")

    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), WITHIN_S)
    fresh = await wire.open()
    assert await said_back(*fresh, b"anew") == b"anew"
    fresh[1].close()


async def test_a_reset_breaks_connections_and_lets_none_live_until_it_is_over(wire: Wire) -> None:
    reader, writer = await wire.open()
    await said_back(reader, writer, b"hello")

    wire.set(Trouble.RESET)

    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), WITHIN_S)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await said_back(*await wire.open(), b"no")
    wire.proxies.set("wire", FAIR)
    fresh = await wire.open()
    assert await said_back(*fresh, b"anew") == b"anew"
    fresh[1].close()
