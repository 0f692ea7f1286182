"""Status, readiness and metrics while components are down."""

from streams import clock
from streams.kafka.group_lag import GroupLag
from streams.monitoring.lag_monitor import Measured
from tests.support.api_world import World


async def test_every_component_is_up(world: World) -> None:
    told = (await world.ask("GET", "/v1/status", role="volunteer")).json()

    assert {name: part["status"] for name, part in told["components"].items()} == {
        "api": "up",
        "kafka": "up",
        "redis": "up",
        "workers": "up",
        "notifier": "up",
        "assistant": "up",
    }
    assert (told["assignment"], told["oldest_undecided_age_s"], told["committed_lag"]["total"]) == ("normal", 0.0, 0)


async def test_without_redis_assignment_is_delayed_and_the_api_is_ready(world: World) -> None:
    world.redis.is_down = True

    told = (await world.ask("GET", "/v1/status")).json()
    ready = await world.ask("GET", "/readyz", role=None)

    assert (told["assignment"], told["components"]["redis"]["status"]) == ("delayed", "down")
    assert "Redis" in told["assignment_reason"]
    assert told["incidents"] == {"by_status": None, "by_priority": None, "exercises": None}
    assert (ready.status_code, ready.json()["redis"]["status"]) == (200, "down")


async def test_without_kafka_the_api_is_not_ready(world: World) -> None:
    world.lag.age = 30.0

    told = (await world.ask("GET", "/v1/status")).json()
    ready = await world.ask("GET", "/readyz", role=None)
    alive = await world.ask("GET", "/healthz", role=None)

    assert (told["components"]["kafka"]["status"], told["components"]["workers"]["status"]) == ("down", "unknown")
    assert (ready.status_code, alive.status_code) == (503, 200)


async def test_a_command_that_waits_too_long_delays_assignment(world: World) -> None:
    world.lag.last = Measured(at_s=0.0, lag={0: 4, 1: 0}, oldest_ms=clock.now_ms() - 20_000, workers=0)

    told = (await world.ask("GET", "/v1/status")).json()

    assert told["assignment"] == "delayed"
    assert "no worker" in told["assignment_reason"]
    assert 19 < told["oldest_undecided_age_s"] < 80
    assert told["committed_lag"] == {"total": 4, "partitions": {"0": 4, "1": 0}}


async def test_without_a_notifier_assignment_is_not_delayed(world: World) -> None:
    world.lag.last = Measured(at_s=0.0, lag={0: 0}, workers=2, notifier=GroupLag(count=0, lag=7))

    told = (await world.ask("GET", "/v1/status")).json()

    assert told["components"]["notifier"] == {"status": "down", "count": 0, "lag": 7}
    assert told["assignment"] == "normal"


async def test_metrics_name_routes_and_never_ids(world: World) -> None:
    told = (await world.report()).json()
    await world.ask("GET", told["links"]["self"])

    text = (await world.ask("GET", "/metrics", role=None)).text

    assert 'route="/v1/incidents/{incident_id}"' in text
    assert told["id"] not in text
