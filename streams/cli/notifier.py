"""`komek notifier`: one process that sends people notices about their offers."""

import sys

import mode
import structlog

from streams import logs, tracing
from streams.cli.bounded_process import BoundedProcess
from streams.cli.context import broker_errors_reported, settings_here
from streams.cli.errors import CommandFailed
from streams.cli.output import sentence
from streams.components import Component
from streams.kafka import topic_admin
from streams.kafka.topic_drift import told
from streams.local.early_load import await_begin
from streams.notices.ladder_notifier import LadderNotifier, why_off
from streams.notices.notifier import Notifier
from streams.probe_server import ProbeServer
from streams.webhooks.service import Webhooks
from streams.worker.watchdog import LoopWatchdog


def command() -> None:
    """Run one notifier. Several share the partitions. Shuts down gracefully on SIGTERM."""
    await_begin()
    settings = settings_here()
    logs.configure(settings.log_level, "notifier")
    tracing.configure(settings, Component.NOTIFIER)
    probes = ProbeServer(Component.NOTIFIER)
    probes.serve(settings.probes)
    with broker_errors_reported():
        # Wrong topics end the command before anything is consumed.
        problems = topic_admin.check_topics(settings, needs=Component.NOTIFIER)
    if problems:
        raise CommandFailed(told(problems), sentence(problems[0].advice))
    services: list[mode.Service] = [LoopWatchdog(), Notifier(settings)]
    if (off := why_off(settings)) is None:
        services.append(LadderNotifier(settings))
    else:
        structlog.get_logger("komek.notices").info("people are notified in their open app alone", why=off)
    if settings.webhooks is not None:
        services.append(Webhooks(settings, settings.webhooks))
    # The root logger writes JSON (`streams/logs.py`); mode would replace it.
    BoundedProcess(
        *services, probes=probes, override_logging=False, redirect_stdouts=False, stderr=sys.stderr
    ).execute_from_commandline()
