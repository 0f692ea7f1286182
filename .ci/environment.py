"""Creates the virtual environment, or exits with what this machine lacks. Must parse on any Python 3."""

import os
import platform
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)
OTHER_NAMES = ("python3.14", "python3.13", "python3.12", "python3.11")


def main(folder):
    if sys.version_info < OLDEST:
        become_newer(folder)
        stop(
            "Python %s is too old: Komek needs 3.11 or newer." % platform.python_version(),
            install("python3.11", "python3.11-venv") + ", then: make PYTHON=python3.11 up",
        )
    try:
        import ensurepip  # noqa: F401 - Debian packages it separately
        import venv  # noqa: F401
    except ImportError:
        stop("This Python cannot create virtual environments.", install("python3-venv"))
    began = time.time()
    print("environment %s with Python %s ..." % (folder, platform.python_version()), end=" ")
    sys.stdout.flush()
    made = subprocess.Popen(
        [sys.executable, "-m", "venv", "--clear", folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = made.communicate()[0].decode("utf-8", "replace")
    if made.returncode != 0:
        stop("failed\n\n" + said.strip(), install("python3-venv"))
    print("%.0f s" % (time.time() - began))


def become_newer(folder):
    for name in OTHER_NAMES:
        if works(name):
            os.execvp(name, [name, __file__, folder])


def works(name: str) -> bool:
    # A program on the PATH may be a shim for a version that is not selected.
    with open(os.devnull, "w") as nowhere:
        probe = [name, "-c", "import venv, ensurepip"]
        return bool(shutil.which(name)) and subprocess.call(probe, stdout=nowhere, stderr=nowhere) == 0


def install(*packages):
    sudo = "" if os.geteuid() == 0 else "sudo "
    if os.path.exists("/usr/bin/apt-get"):
        return "%sapt-get update && %sapt-get install -y %s" % (sudo, sudo, " ".join(packages))
    if os.path.exists("/usr/bin/dnf"):
        return "%sdnf install -y python3.11" % sudo
    if sys.platform == "darwin":
        return "brew install python@3.11"
    return "install Python 3.11 or newer with its venv module"


def stop(what, cure):
    sys.exit("%s\nInstall it with:\n\n    %s\n" % (what, cure))


if __name__ == "__main__":
    main(sys.argv[1])
