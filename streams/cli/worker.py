"""`komek worker`: one process that decides about incidents."""

import sys

from dispatch.plans.book import BadPlans
from streams import logs, tracing
from streams.cli.context import broker_errors_reported, check_ring, settings_here
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.cli.output import sentence
from streams.cli.redis_login import check_redis
from streams.components import Component
from streams.kafka import topic_admin
from streams.kafka.topic_drift import told
from streams.local.early_load import await_begin
from streams.probe_server import ProbeServer
from streams.ring import KeyUse
from streams.worker.app import build_app
from streams.worker.shutdown import GracefulWorker


def command() -> None:
    """Run one worker, which decides about incidents. Several share the partitions. Shuts down gracefully on SIGTERM."""
    await_begin()
    settings = settings_here()
    logs.configure(settings.log_level, "worker")
    tracing.configure(settings, Component.WORKER)
    probes = ProbeServer(Component.WORKER)
    probes.serve(settings.probes)
    check_redis(settings, Component.WORKER)
    with broker_errors_reported():
        problems = topic_admin.check_topics(settings, needs=Component.WORKER)
    if problems:
        raise CommandFailed(told(problems), sentence(problems[0].advice))
    check_ring(settings, "worker-start", KeyUse.DATA)
    try:
        app = build_app(settings, ready=probes.ready)
    except BadPlans as error:
        raise CommandFailed(
            str(error), "Correct the file, or unset KOMEK_PLANS or KOMEK_SHADOW_PLANS.", WRONG_USE
        ) from error
    # The root logger writes JSON (`streams/logs.py`); mode would replace it.
    GracefulWorker(app, override_logging=False, redirect_stdouts=False, stderr=sys.stderr).execute_from_commandline()
