"""A script that executes a program which does not outlive its parent process.

    python -I -S die_with_parent.py PARENT_PID PROGRAM [ARGUMENT ...]

On Linux the kernel kills the program when its supervisor dies, even by kill -9 (PR_SET_PDEATHSIG). This is a wrapper instead of
`preexec_fn`, because code between fork and exec can deadlock when the supervisor has threads. On other systems the next `komek
up` ends leftover processes. It imports little, and only from the standard library, because it runs before every child.
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
    if os.getppid() != parent:  # the parent died before the prctl call
        os._exit(1)


def main() -> None:
    die_with_parent(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - replacing this process is the purpose


if __name__ == "__main__":
    main()
