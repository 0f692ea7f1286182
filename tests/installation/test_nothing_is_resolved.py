"""Installing does what the locks say on any day, whatever the index offers by then.

The index of these tests is a folder: every package that the locks pin for this interpreter, as an empty wheel that requires and
provides what the real one does, and beside each a release that is newer than every pin.
"""

import re
import shutil
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import install
from tests.installation import wheels
from tests.installation.wheels import Stub

NEWER = "9999.0"
UV = Path(sys.executable).with_name("uv")
INSTALLERS = ("uv", "pip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Of wheels that no real index has: so the lock has hashes of its own, and the names and versions of the real ones."""

    folder: Path
    lock: Path
    pinned: dict[str, str]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("index")
    pinned = {name: version for name, version in _pins_for_this_python() if _is_installed(name)}
    lines = []
    for name, version in pinned.items():
        path = wheels.write(_like_the_installed(name, version), folder)
        wheels.write(_like_the_installed(name, NEWER), folder)
        lines.append(f"{name}=={version} --hash=sha256:{wheels.sha256(path)}\n")
    lock = folder / "lock.txt"
    lock.write_text("".join(lines))
    return Index(folder=folder, lock=lock, pinned=pinned)


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """Of an empty environment with the pip of this one."""
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    here, there = (Path(_site_packages(prefix)) for prefix in (Path(sys.prefix), tmp_path / "venv"))
    for part in (*here.glob("pip"), *here.glob("pip-*.dist-info")):
        shutil.copytree(part, there / part.name)
    return tmp_path / "venv" / "bin" / "python"


SLOW = {"pip"}
"""The other one installs first where it can."""


@pytest.fixture(params=[pytest.param(one, marks=pytest.mark.soak) if one in SLOW else one for one in INSTALLERS])
def environment(
    request: pytest.FixtureRequest, python: Path, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> install.Environment:
    """With nothing but the index of these tests to install from, as a machine without the internet is set up for pip."""
    uv = UV if request.param == "uv" else None
    if uv and not uv.exists():
        pytest.skip("uv could not be installed on this machine: pip installs")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index.folder))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    found = install.environment_of(python, tmp_path / "install.log")
    return install.Environment(python=found.python, log=found.log, settings=found.settings, uv=uv)


def test_newer_releases_with_extras_change_nothing(environment: install.Environment, index: Index) -> None:
    install.install(environment, [index.lock])
    install.check(environment, set(index.pinned))

    assert _installed(environment.python) == index.pinned


@pytest.mark.parametrize("environment", ["uv"], indirect=True)
def test_the_index_of_these_tests_misleads_who_resolves(environment: install.Environment) -> None:
    environment.run(environment.command("install", "pytest-cov", "uvicorn[standard]"))

    resolved = _installed(environment.python)
    assert {"pytest-cov", "coverage", "uvicorn", "httptools"} <= set(resolved)
    assert {resolved[name] for name in ("pytest-cov", "coverage", "uvicorn", "httptools")} == {NEWER}


def test_another_file_of_a_pinned_version_is_refused(environment: install.Environment, index: Index) -> None:
    lock = index.folder / "wrong.txt"
    lock.write_text(f"coverage=={index.pinned['coverage']} --hash=sha256:{'0' * 64}\n")

    with pytest.raises(install.StepFailed, match="(?i)hash"):
        install.install(environment, [lock])

    assert _installed(environment.python) == {}


@pytest.mark.parametrize("environment", ["uv"], indirect=True)
def test_packages_that_do_not_fit_each_other_are_noticed(environment: install.Environment, index: Index) -> None:
    install.install(environment, [Path(_without(index, "coverage"))])

    with pytest.raises(install.StepFailed, match="coverage"):
        install.check(environment, set(index.pinned))


@pytest.mark.parametrize("environment", ["uv"], indirect=True)
def test_what_no_lock_names_gives_way_when_it_does_not_fit(environment: install.Environment, index: Index) -> None:
    install.install(environment, [index.lock])
    old = wheels.write(Stub(name="left-over", version="1", requires=["coverage<1"]), index.folder)
    environment.run(environment.command("install", "--no-deps", old))

    install.check(environment, set(index.pinned))

    assert _installed(environment.python) == index.pinned


@pytest.mark.parametrize("environment", ["uv"], indirect=True)
def test_a_repeat_changes_nothing(environment: install.Environment, index: Index) -> None:
    for _ in range(2):
        install.install(environment, [index.lock, index.lock])

    assert _installed(environment.python) == index.pinned


@pytest.mark.parametrize("name", [*install.RUNTIME, *install.DEVELOPMENT, install.REDIS, install.INSTALLER])
def test_locks_name_no_index_and_every_pin_has_a_hash(name: str) -> None:
    text = install.lock_of(name).read_text()

    assert "://" not in text
    assert re.findall(r"^-.*", text, re.MULTILINE) == []
    assert len(re.findall(r"^[a-z0-9-]+==\S+( ; [^\n]*)? \\\n +--hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)) == len(
        re.findall(r"^\S", text, re.MULTILINE)
    )


def _pins_for_this_python() -> Iterator[tuple[str, str]]:
    for name in (*install.RUNTIME, *install.DEVELOPMENT):
        for line in install.lock_of(name).read_text().splitlines():
            if line and line[0] not in " #":
                pin = Requirement(line.rstrip("\\ "))
                if pin.marker is None or pin.marker.evaluate():
                    yield canonicalize_name(pin.name), str(pin.specifier).removeprefix("==")


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _like_the_installed(name: str, version: str) -> Stub:
    real = metadata.metadata(name)
    return Stub(
        name=name,
        version=version,
        requires=real.get_all("Requires-Dist") or (),
        extras=real.get_all("Provides-Extra") or (),
    )


def _without(index: Index, name: str) -> str:
    lock = index.folder / f"without-{name}.txt"
    lock.write_text("".join(line for line in index.lock.open() if not line.startswith(f"{name}==")))
    return str(lock)


def _installed(python: Path) -> dict[str, str]:
    folder = _site_packages(python.parent.parent)
    found = {canonicalize_name(dist.name): dist.version for dist in metadata.distributions(path=[folder])}
    return {name: version for name, version in found.items() if name != "pip"}


def _site_packages(prefix: Path) -> str:
    return str(prefix / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages")
