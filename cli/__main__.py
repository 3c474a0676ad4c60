"""`python -m cli`: the command `kaifang` where the project is not installed, as in the image."""

from __future__ import annotations

from cli.main import main

if __name__ == "__main__":
    main()
