"""Every client of Redis in the product is created in `streams/store/redis_connections.py`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.syntax import faulty, tree_of

ROOT = Path(__file__).parents[2]
FACTORY = ROOT / "streams" / "store" / "redis_connections.py"
SOURCES = sorted(path for package in ("dispatch", "streams", "api") for path in (ROOT / package).rglob("*.py"))
CLASSES = {"Redis", "StrictRedis", "RedisCluster", "Sentinel", "ConnectionPool", "BlockingConnectionPool"}


def constructed(source: str) -> Iterator[int]:
    """Lines that create a client or a pool, by its class or by `from_url`, under whatever name the class is imported."""
    tree = tree_of(source)
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    names = {alias.asname or alias.name: alias.name for node in imports for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if names.get(called, called) in CLASSES | {"from_url"}:
                yield node.lineno


def test_no_client_is_created_outside_the_factory() -> None:
    assert faulty([path for path in SOURCES if path != FACTORY], constructed) == {}


def test_every_client_is_made_from_all_settings_of_redis() -> None:
    """By `target_of`: an address alone would leave out TLS, the login and the Sentinels."""
    using = [path.name for path in SOURCES if "require_redis()" in path.read_text("utf-8")]

    assert using == ["redis_target.py"]


def test_the_factory_creates_the_asyncio_and_the_blocking_client_each_also_by_sentinel() -> None:
    assert len(list(constructed(FACTORY.read_text(encoding="utf-8")))) == 4


@pytest.mark.parametrize(
    "source",
    [
        "redis.Redis(port=6379)",
        "redis.asyncio.Redis.from_url('redis://127.0.0.1')",
        "from redis.asyncio import Redis as Client\nClient()",
        "from redis import from_url as connect\nconnect('redis://127.0.0.1')",
    ],
)
def test_a_client_is_recognised_under_any_name(source: str) -> None:
    assert len(list(constructed(source))) == 1
