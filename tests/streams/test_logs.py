"""Every process writes JSON lines, and nothing of an exception but its type and place."""

import json
import subprocess
import sys
from typing import Any

import pytest

CANARY = "canary +7 701 000 00 01"
BEGIN = f"""
import asyncio, gc, logging, threading, warnings
import structlog
from streams import logs
logs.configure("info", "test")
log = structlog.get_logger("some.module")
canary = {CANARY!r}

class Broken(Exception):
    pass

def fails():
    held = canary
    raise Broken(canary)
"""
WAYS = {
    "an event with its exception": """
try:
    fails()
except Broken:
    log.exception("the batch failed", batch=3)
""",
    "an exception with causes": """
try:
    try:
        fails()
    except Broken as error:
        raise ValueError(canary) from error
except ValueError as error:
    log.error("the batch failed", exc_info=error)
""",
    "a library with the exception as argument": """
try:
    fails()
except Broken as error:
    logging.getLogger("aiokafka").error("Error sending request to node %d: %r", 3, error)
""",
    "a library with data as argument": """
logging.getLogger("kafka").warning("value %s of %s", canary, {"phone": canary})
""",
    "a library with a wrong template": """
logging.getLogger("kafka").error("node %d", canary)
""",
    "a library with its traceback": """
try:
    fails()
except Broken:
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
""",
    "a task nobody awaits": """
async def main():
    async def doomed():
        fails()
    task = asyncio.ensure_future(doomed())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()
asyncio.run(main())
""",
    "a thread": """
thread = threading.Thread(target=fails)
thread.start()
thread.join()
""",
    "a finalizer": """
class Doomed:
    def __del__(self):
        fails()
Doomed()
""",
    "a warning": """
warnings.warn(canary)
""",
    "the end of the process": """
fails()
""",
}


def lines_of(code: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + code], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stdout == ""
    assert CANARY not in done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_failing_writes_a_message_or_plain_text(way: str) -> None:
    lines = lines_of(WAYS[way])

    assert lines
    for line in lines:
        assert {"time", "level", "event", "logger", "process"} <= line.keys()
        assert line["process"] == "test"


def test_an_exception_is_its_type_its_frames_and_its_causes() -> None:
    (line,) = lines_of(WAYS["an exception with causes"])

    assert line["event"] == "the batch failed"
    assert line["logger"] == "some.module"
    assert line["error"]["type"] == "ValueError"
    assert [cause["type"] for cause in line["error"]["causes"]] == ["Broken"]
    assert line["error"]["causes"][0]["frames"][-1].endswith(" fails")


def test_a_library_keeps_its_template_with_numbers_and_names() -> None:
    (line,) = lines_of('logging.getLogger("aiokafka").warning("node %d of %s: %r", 3, "kafka-1:9092", OSError(canary))')

    assert line["event"] == "node 3 of kafka-1:9092: '(OSError)'"


def test_libraries_are_silent_below_warning() -> None:
    assert (
        lines_of('logging.getLogger("faust").info("started"); log.debug("hidden"); log.info("shown", n=1)')[0]["n"] == 1
    )


def test_what_a_command_logs_is_no_part_of_its_answer() -> None:
    program = """
import structlog
from streams.cli.main import load
load("token")
log = structlog.get_logger("some.module")
log.info("all is well")
log.warning("a file has changed")
print("answer")
"""

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=True)

    assert done.stdout == "answer\n"
    assert [json.loads(line)["event"] for line in done.stderr.splitlines()] == ["a file has changed"]
