"""A process that ends TLS for a server of this machine which cannot: it decrypts and passes the bytes on, both ways.

The redis-server of the wheel is built without TLS. Run as `python -m streams.local.tls_front PORT TO_PORT CERT KEY [CA]`; with
`CA`, clients must show a certificate that it signed.
"""

import asyncio
import contextlib
import signal
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path

from streams.local.ports import LOOPBACK

AT_ONCE_BYTES = 64 * 1024


def command(*, port: int, to_port: int, cert: Path, key: Path, ca: Path | None = None) -> list[str]:
    """The command line of the process."""
    files = [str(file) for file in (cert, key, ca) if file is not None]
    return [sys.executable, "-m", "streams.local.tls_front", str(port), str(to_port), *files]


def server_context(cert: Path, key: Path, ca: Path | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(cert, key)
    if ca is not None:
        context.load_verify_locations(ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def serve(port: int, to_port: int, context: ssl.SSLContext) -> asyncio.Server:
    """Listens on 127.0.0.1 and returns the running server. Port 0: any that is free."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            inner_reader, inner_writer = await asyncio.open_connection(LOOPBACK, to_port)
            # Either side's end is the end of both: a half-closed connection would be kept for ever.
            ways = [
                asyncio.ensure_future(_pump(reader, inner_writer)),
                asyncio.ensure_future(_pump(inner_reader, writer)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                inner_writer.close()
        writer.close()

    return await asyncio.start_server(pass_on, LOOPBACK, port, ssl=context)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(AT_ONCE_BYTES):
            writer.write(data)
            await writer.drain()


async def _run(port: int, to_port: int, context: ssl.SSLContext) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = await serve(port, to_port, context)
    await stopped.wait()
    # Without waiting for its connections: their clients live longer than this process should.
    server.close()


def main(arguments: Sequence[str]) -> None:
    port, to_port, *files = arguments
    asyncio.run(_run(int(port), int(to_port), server_context(*map(Path, files))))


if __name__ == "__main__":
    main(sys.argv[1:])
