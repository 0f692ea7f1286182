"""One line for each step of a start."""

import re

import pytest

from streams.local.progress import Steps


class Screen:
    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    @property
    def lines(self) -> list[str]:
        return re.sub(r"\d+ s$", "N s", self.text, flags=re.MULTILINE).splitlines()


def test_a_step_is_named_at_once_and_ends_with_its_seconds() -> None:
    screen = Screen()

    with Steps(screen.write).step("packages"):
        during = screen.text

    assert during == "packages ... "
    assert screen.lines == ["packages ... N s"]


def test_what_is_said_meanwhile_stands_on_a_line_of_its_own() -> None:
    screen = Screen()
    steps = Steps(screen.write)

    with steps.step("workers"):
        steps.say("worker-1 ended with exit code 1")
    steps.say("ending")

    assert screen.lines == ["workers ... ", "worker-1 ended with exit code 1", "workers: N s", "ending"]


def test_a_step_that_fails_has_no_seconds_and_leaves_a_clean_line() -> None:
    screen = Screen()
    steps = Steps(screen.write)

    with pytest.raises(OSError, match="disk"), steps.step("Kafka's folder"):
        raise OSError("disk")
    steps.say("what to do")

    assert screen.lines == ["Kafka's folder ... ", "what to do"]
