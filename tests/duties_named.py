"""Every test by which a duty is said to be met exists and names it: `make check` collects the tests and looks.

A test that is renamed or taken away would otherwise be missed only at the end of a full run.
"""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout

import pytest


def collected() -> tuple[int, str]:
    """How a collection of all tests ended, and what it printed."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        ended = pytest.main(["--collect-only", "--quiet", "--quiet", "--no-header", "--color=no"])
    return int(ended), printed.getvalue()


if __name__ == "__main__":
    code, printed = collected()
    if code:
        _, of_the_register, claims = printed.partition("= duties that are not met as the register says =")
        sys.stderr.write(claims if of_the_register else printed)
    sys.exit(code)
