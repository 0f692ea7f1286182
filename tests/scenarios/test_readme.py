"""What the README tells a stranger to type works as it stands there."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.whole_stack import StartStack

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.stack
@pytest.mark.timeout(180)
def test_the_curl_of_the_readme_posts_an_incident_and_sees_it_assigned(stack: StartStack) -> None:
    (script,) = re.findall(r"```bash\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)

    with stack(demo=True) as komek:
        script = script.replace(".komek/stack.json", str(komek.data / "stack.json"))
        said = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=README.parent,
            env=komek.environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout

    assert "offered" in said or "accepted" in said


def test_every_file_the_readme_names_is_there() -> None:
    named = re.findall(
        r"`((?:api|streams|dispatch|deploy|tests)/[\w./]*|DESIGN\.md)`", README.read_text(encoding="utf-8")
    )

    assert len(named) > 15
    assert [name for name in named if not (README.parent / name).exists()] == []
