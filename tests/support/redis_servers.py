"""Real Redis servers beside the session's own: with users, behind TLS, replicated and watched by Sentinels."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from streams.local import redis_server, tls_front
from streams.local.ports import free_ports
from streams.local.process import Part
from streams.store.redis_connections import blocking_client
from streams.store.redis_target import target_of_url
from tests.support.stack import running


def answers(port: int) -> bool:
    """Whether somebody answers, also with a refusal."""
    try:
        with blocking_client(target_of_url(f"redis://127.0.0.1:{port}"), timeout_s=0.5) as client:
            client.ping()
    except (AuthenticationError, NoPermissionError):
        return True
    except (RedisError, OSError):
        return False
    return True


def server_part(folder: Path, port: int, *options: str, name: str = "redis") -> Part:
    own = folder / name
    own.mkdir(parents=True, exist_ok=True)
    command = [*redis_server.command(redis_server.find(), port=port, folder=own), *options]
    return Part(name=name, command=command, rank=0, is_ready=lambda: answers(port))


@contextlib.contextmanager
def server_with_users(folder: Path, acl: str) -> Iterator[int]:
    """The port of a Redis with these users and no other."""
    (port,) = free_ports(1)
    file = folder / "users.acl"
    file.write_text(acl)
    with running(folder, server_part(folder, port, "--aclfile", str(file))):
        yield port


@contextlib.asynccontextmanager
async def behind_tls(port: int, cert: Path, key: Path, ca: Path | None = None) -> AsyncIterator[int]:
    """The port by which a server is reached by TLS. With `ca`, clients must show a certificate of it."""
    server = await tls_front.serve(0, port, tls_front.server_context(cert, key, ca))
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
