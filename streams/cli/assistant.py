"""`komek assistant`: one process that reads texts and writes hints for people."""

import os
import sys

import mode

from streams import logs, tracing
from streams.assistant.assistant import Assistant
from streams.cli.bounded_process import BoundedProcess
from streams.cli.context import broker_errors_reported, settings_here
from streams.cli.errors import CommandFailed
from streams.cli.output import sentence
from streams.components import Component
from streams.kafka import topic_admin
from streams.kafka.topic_drift import told
from streams.local.early_load import await_begin
from streams.probe_server import ProbeServer
from streams.ring import KeyUse, LiveRing
from streams.ring.live_ring import require
from streams.worker.watchdog import LoopWatchdog

NICENESS = 10
"""Where processors are short, dispatch comes first."""


def command() -> None:
    """Run one assistant, which reads texts and writes hints for people. Several share the work."""
    await_begin()
    settings = settings_here()
    os.nice(NICENESS)
    logs.configure(settings.log_level, "assistant")
    tracing.configure(settings, Component.ASSISTANT)
    probes = ProbeServer(Component.ASSISTANT)
    probes.serve(settings.probes)
    with broker_errors_reported():
        # Wrong topics end the command before anything is consumed.
        problems = topic_admin.check_topics(settings, needs=Component.ASSISTANT)
    if problems:
        raise CommandFailed(told(problems), sentence(problems[0].advice))
    # A ring that lacks one ends the command with a sentence, not with a traceback.
    require(LiveRing.of(settings).now, KeyUse.DATA, KeyUse.DIGEST)
    services: list[mode.Service] = [LoopWatchdog(), Assistant(settings)]
    BoundedProcess(
        *services, probes=probes, override_logging=False, redirect_stdouts=False, stderr=sys.stderr
    ).execute_from_commandline()
