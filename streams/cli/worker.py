"""`komek worker`: one process that decides about incidents."""

import sys

import faust

from dispatch.plans import BadPlans
from streams import logs, topic_admin
from streams.app import build_app
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.cli.surroundings import broker_trouble_told, settings_here


def command() -> None:
    """Run one worker, which decides about incidents. Several share the work by partitions; ends cleanly on SIGTERM."""
    settings = settings_here()
    logs.configure(settings.log_level)
    with broker_trouble_told():
        problems = topic_admin.check_topics(settings)
    if problems:
        raise CommandFailed("\n".join(map(str, problems)), problems[0].advice)
    try:
        app = build_app(settings)
    except BadPlans as error:
        raise CommandFailed(str(error), "Correct the file, or unset KOMEK_PLANS.", WRONG_USE) from error
    faust.Worker(app, loglevel=settings.log_level, redirect_stdouts=False, stderr=sys.stderr).execute_from_commandline()
