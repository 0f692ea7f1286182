"""Installs what checks the files of `deploy/` into `.venv/deploy-tools`, and says what is missing: `make deploy` runs it.

Python packages come by their lock. Helm is built where Go is; caddy, promtool and systemd-analyze are programs of the system. A
test whose program is missing is skipped and says so.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements" / "deploy.txt"
# Scripts name their interpreter: by where it is, not by a link to it that may be gone tomorrow.
TOOLS = Path(sys.prefix).resolve() / "deploy-tools"
STAMP = TOOLS / ".lock"
HELM = "helm.sh/helm/v3/cmd/helm@v3.18.6"
FROM_ELSEWHERE = {
    "systemd-analyze": "apt-get install systemd",
    "caddy": "apt-get install caddy",
    "promtool": "apt-get install prometheus",
    "helm": "https://helm.sh, or Go on the PATH",
}


def packages() -> None:
    """Raises CalledProcessError."""
    if STAMP.exists() and STAMP.read_bytes() == LOCK.read_bytes():
        return
    venv.create(TOOLS, with_pip=True, clear=True)
    subprocess.run(
        [TOOLS / "bin" / "python", "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "-r", LOCK],
        check=True,
    )
    STAMP.write_bytes(LOCK.read_bytes())


def helm() -> None:
    """Some minutes, once. Raises CalledProcessError."""
    if _found("helm") or not shutil.which("go"):
        return
    # One package after the other: linking Helm beside a running test suite exhausts the memory of small machines.
    environ = {**os.environ, "GOBIN": str(TOOLS / "bin"), "GOFLAGS": "-p=1"}
    subprocess.run(["go", "install", HELM], env=environ, check=True)


def _found(name: str) -> bool:
    return shutil.which(name, path=f"{TOOLS / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}") is not None


def main() -> None:
    packages()
    helm()
    for name, cure in FROM_ELSEWHERE.items():
        if not _found(name):
            print(f"{name} is missing ({cure}): its tests are skipped")


if __name__ == "__main__":
    main()
