"""Which work of the assistant is on, for tests of the pages on a whole stack."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

REPORT = "🌊 Атырау қаласында өзен тасып, су басты, үйде 3 адам қалды, шыға алмай жатыр. Телефон 8 701 555 12 34"
MADE_BY = '[data-made-by="assistant"]'


def switch(stack: RunningStack, path: str = "", **body: Any) -> None:
    answer = httpx2.put(f"{stack.api}/v1/assistant{path}", headers=stack.headers("operator"), json=body, timeout=60)
    assert answer.status_code == 202, answer.text


@pytest.fixture
def switches(shared_stack: RunningStack) -> Iterator[RunningStack]:
    """The stack; afterwards everything is on again."""
    until(lambda: assistant(shared_stack)["is_running"])
    yield shared_stack
    for path in ("", "/report", "/geolocate"):
        switch(shared_stack, path, mode="on")
    for path in ("/report", "/geolocate"):
        switch(shared_stack, path, mode="on", language="kk")


def assistant(stack: RunningStack) -> Any:
    return httpx2.get(f"{stack.api}/v1/assistant", headers=stack.headers("operator"), timeout=60).json()


def modes(stack: RunningStack) -> set[tuple[str, str | None, str]]:
    return {(one["task"], one["language"], one["mode"]) for one in assistant(stack)["tasks"]}
