"""Run as a script: becomes another program that does not outlive the process that started it.

    python -I -S die_with_parent.py PARENT_PID PROGRAM [ARGUMENT ...]

On Linux the kernel kills the program when its supervisor is gone, even after kill -9. A wrapper and not `preexec_fn`, since
code between fork and exec can hang when the supervisor has threads. Elsewhere leftovers are found by the next `komek up`.
Imports the standard library only, and as little of it as it can: it runs before every child.
"""

import os
import sys

PR_SET_PDEATHSIG = 1
SIGKILL = 9


def die_with_parent(parent: int) -> None:
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
    if os.getppid() != parent:  # it went before the kernel was told
        os._exit(1)


def main() -> None:
    die_with_parent(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - to become the program is the purpose


if __name__ == "__main__":
    main()
