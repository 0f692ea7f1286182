"""`deploy/Containerfile`: what stands in its comments holds, and the linter of such files accepts it."""

import re
import subprocess
from pathlib import Path

import pytest

import image_content
from streams.codegen.process_list import read
from tests.support.programs import program

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
FIRST, LAST = re.split(r"^FROM ", TEXT, flags=re.MULTILINE)[1:]


def verdict(file: Path) -> str:
    hadolint = program("hadolint", why="the Containerfile is not linted")
    done = subprocess.run([hadolint, str(file)], capture_output=True, text=True, timeout=300, check=False)
    return done.stdout + done.stderr


def test_the_linter_accepts_it() -> None:
    assert verdict(ROOT / "deploy" / "Containerfile") == ""


@pytest.mark.parametrize(
    ("right", "wrong"), [('ENTRYPOINT ["komek"]', "ENTRYPOINT komek"), ("WORKDIR /src", "WORKDIR src")]
)
def test_a_fault_is_noticed(right: str, wrong: str, tmp_path: Path) -> None:
    broken = tmp_path / "Containerfile"
    broken.write_text(TEXT.replace(right, wrong), "utf-8")

    assert verdict(broken) != ""


def test_packages_come_by_their_hashes_alone() -> None:
    installs = re.findall(r"pip install (.*)", TEXT)

    assert len(installs) == 3
    assert all("--require-hashes" in line or "--no-index --no-compile /dist/komek" in line for line in installs)
    assert all("--no-deps" in line for line in installs)


def test_the_last_stage_has_no_tools_and_no_root() -> None:
    assert re.findall(r"^RUN (.*)", LAST, re.MULTILINE) == [
        "pip uninstall -y pip && rm -rf /usr/local/lib/python3*/ensurepip"
    ]
    assert f"USER {read().image.user}:{read().image.user}" in LAST
    assert not re.search(r"apt-get|curl|gcc|npm", LAST)


def test_it_has_the_folder_and_the_ports_of_the_processes() -> None:
    stated = read()

    assert f"KOMEK_DATA={stated.image.data}" in LAST
    assert re.findall(r"^EXPOSE (.*)", LAST, re.MULTILINE) == [
        " ".join(str(process.port) for process in stated.processes.values())
    ]


def test_secrets_and_what_git_ignores_stay_outside() -> None:
    ignored = set((ROOT / ".dockerignore").read_text("utf-8").split("\n"))

    assert {".git", ".venv", ".komek", "deploy/secrets", "deploy/.env", "api/web/node_modules"} <= ignored


def test_the_measure_runs_the_commands_of_the_file() -> None:
    commands = list(image_content.commands())

    assert len(commands) == FIRST.count("\nRUN ")
    assert not any("\\" in command or "# " in command for command in commands)
    assert commands[-1].endswith("mkdir -p /made/data")


def test_what_nothing_runs_is_left_out(tmp_path: Path) -> None:
    packages = tmp_path / "lib" / "python3.13" / "site-packages"
    kept = ["one/__init__.py", "one/fast.so", "one/py.typed", "one/tests.py"]
    left_out = [
        "one/tests/test_it.py",
        "one/core/tests/data/x.csv",
        "one/it.pyi",
        "one/it.pyx",
        "one/it.pxd",
        "one/it.h",
    ]
    for name in (*kept, *left_out):
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).touch()

    removing = [
        line for whole in image_content.commands() for line in whole.split("&&") if line.strip().startswith("find ")
    ]
    for command in removing:
        subprocess.run(["/bin/sh", "-ec", command.replace("/opt/komek", str(tmp_path))], check=True, timeout=60)

    assert removing
    assert sorted(str(path.relative_to(packages)) for path in packages.rglob("*") if path.is_file()) == sorted(kept)
