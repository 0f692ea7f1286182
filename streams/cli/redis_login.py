"""The check of Redis before a process starts: what waiting cannot cure ends the command."""

from streams.cli.errors import WRONG_USE, CommandFailed
from streams.components import Component
from streams.settings import Settings
from streams.store.redis_check import problem_with
from streams.store.redis_target import target_of


def check_redis(settings: Settings, component: Component) -> None:
    """Returns when Redis takes this component, and also when it does not answer: every component waits for it by itself.

    Raises:
        CommandFailed: Redis refuses the login, the certificate or a command.
        SettingsError: the settings of Redis are incomplete or contradict each other.
    """
    problem = problem_with(target_of(settings), component)
    if problem is not None and problem.is_refusal:
        raise CommandFailed(problem.message, problem.cure, WRONG_USE)
