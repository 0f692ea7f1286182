"""What README.md and USING.md tell a stranger to type works as it stands there."""

import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.streams.local.test_up import ends_cleanly
from tests.support.whole_stack import StartStack

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "USING.md", "DESIGN.md", "CONTRIBUTING.md")


@pytest.mark.stack
def test_the_curl_of_the_guide_sees_its_incident_assigned_and_a_signal_ends_the_demo_cleanly(stack: StartStack) -> None:
    script, *_ = re.findall(r"```bash\n(.*?)```", (ROOT / "USING.md").read_text(encoding="utf-8"), re.DOTALL)
    assert "curl" in script

    with stack(demo=True) as komek:
        script = script.replace(".komek/stack.json", str(komek.data / "stack.json"))
        said = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=ROOT,
            env=komek.environ,
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        ).stdout

        assert "offered" in said or "accepted" in said
        ends_cleanly(komek, signal.SIGTERM)


@pytest.mark.parametrize("page", PAGES)
def test_every_file_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:api|streams|dispatch|deploy|tests|requirements|\.ci)/[\w./-]*|[A-Z]+\.md)`", text)

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
