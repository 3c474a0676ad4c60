"""Runs a program that ends when the process which started it ends.

`python -I -S launch.py PARENT SIGNAL UID GID PROGRAM [ARGUMENT …]`, a script of its own, so that nothing of ours runs
between fork and exec of a process that has threads. It becomes UID and GID, asks the kernel to send SIGNAL when PARENT
is gone, and turns into PROGRAM. Where the kernel knows no such request the program runs without it.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    parent, death_signal, uid, gid = (int(argument) for argument in arguments[:4])
    program = arguments[4:]
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After the change of user, for that clears the request.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # it was gone before we asked
            sys.exit(1)
    os.execv(program[0], program)  # noqa: S606  no shell is wanted: the arguments are a list already


if __name__ == "__main__":
    main(sys.argv[1:])
