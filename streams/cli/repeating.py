"""Commands that are done again and again where no timer is: `--every`."""

import time
from collections.abc import Callable
from typing import NoReturn

from streams.cli.errors import CommandFailed
from streams.cli.output import say

RETRIED_AFTER_S = 300.0


def repeated(
    once: Callable[[], None],
    since_s: Callable[[], float],
    every_s: float,
    sleep: Callable[[float], None] = time.sleep,
) -> NoReturn:
    """Does it when the last one is `every_s` old, also one of before a restart; a failure is tried again.

    Ended by any signal, so a repeat must go on with what was interrupted.
    """
    while True:
        sleep(max(0.0, every_s - since_s()))
        try:
            once()
        except CommandFailed as error:
            say(f"failed, and tried again: {error}")
            sleep(min(RETRIED_AFTER_S, every_s))
