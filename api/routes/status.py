"""How the whole is doing, for people and for machines."""

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.deps import PartsDep
from api.http.auth import PUBLIC, everybody
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.status import condition
from api.schemas import Health, Status

router = APIRouter(tags=["state"], route_class=StrictRoute)


@router.get("/v1/status", dependencies=[everybody], response_model=Status, responses=problems())
async def status(parts: PartsDep) -> Response:
    """Answers within two seconds whatever is down; what cannot be known is null."""
    return shown(await condition(parts), headers={"Cache-Control": "no-store"})


@router.get("/healthz", response_model=Health, dependencies=[PUBLIC])
async def healthz() -> Response:
    """200 while this process serves."""
    return shown({"status": "ok"})


@router.get("/readyz", response_model=Health, dependencies=[PUBLIC], responses={503: {"description": "not ready"}})
async def readyz(parts: PartsDep) -> Response:
    """200 while reports can be taken in: Kafka answers and its topics are right. Redis is shown, and is not needed for it."""
    told = await condition(parts)
    kafka, redis = told["components"]["kafka"], told["components"]["redis"]
    is_ready = kafka["status"] == "up"
    body = {"status": "ready" if is_ready else "not ready", "kafka": kafka, "redis": redis}
    return shown(body, 200 if is_ready else 503)


@router.get("/metrics", dependencies=[PUBLIC], response_class=Response)
async def metrics() -> Response:
    """For Prometheus."""
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
