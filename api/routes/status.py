"""Status of the system for people, probes and Prometheus."""

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.deps import ServicesDep
from api.http.auth import PUBLIC, everybody
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.status import system_status
from api.schemas.status import Health, Status
from streams.components import Component
from streams.metrics import exposition

router = APIRouter(tags=["state"], route_class=StrictRoute)


@router.get("/v1/status", dependencies=[everybody], response_model=Status, responses=problems())
async def status(services: ServicesDep) -> Response:
    """Responds within two seconds, whatever is down. What cannot be known is null."""
    return shown(await system_status(services), headers={"Cache-Control": "no-store"})


@router.get("/healthz", response_model=Health, dependencies=[PUBLIC])
async def healthz() -> Response:
    """200 while this process serves requests."""
    return shown({"status": "ok"})


@router.get(
    "/readyz",
    response_model=Health,
    dependencies=[PUBLIC],
    responses={503: {"description": "not ready", "model": Health}},
)
async def readyz(services: ServicesDep) -> Response:
    """200 while reports can be accepted: Kafka answers. Redis is shown but not required."""
    components = (await system_status(services))["components"]
    kafka, redis = components["kafka"], components["redis"]
    # A report needs only Kafka (DESIGN 2): a balancer must not take the API away while Redis is rebuilt.
    is_ready = kafka["status"] == "up"
    body = {"status": "ready" if is_ready else "not ready", "kafka": kafka, "redis": redis}
    return shown(body, 200 if is_ready else 503)


@router.get("/metrics", dependencies=[PUBLIC], response_class=Response)
async def metrics() -> Response:
    """Metrics in the Prometheus text format."""
    return Response(exposition(Component.API), headers={"Content-Type": CONTENT_TYPE_LATEST})
