"""Puts the sixth city where an author would put it: its pack, its samples and its duties, in a copy of the tree.

Nothing else is changed in the copy, so whatever fails there is what a new city would have had to touch.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CITY = "haicheng"
ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
NOT_THE_PRODUCT = (".git", ".venv", "var", "build", "dist", ".*_cache", ".hypothesis", ".schemathesis")


def place(folder: Path) -> dict[str, str]:
    """Copies the tree into `folder`, which is not there yet, with the sixth city in its place. The environment in which
    commands run in the copy, and not in the tree that is installed."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_THE_PRODUCT))
    shutil.copy(HERE / "haicheng.yaml", folder / "rules" / "packs" / f"{CITY}.yaml")
    shutil.copy(HERE / "samples.yaml", folder / "rules" / "samples" / f"{CITY}.yaml")
    with (folder / "rules" / "duties.yaml").open("a", encoding="utf-8") as register:
        register.write("\n" + (HERE / "duties.yaml").read_text(encoding="utf-8"))
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    # As docs/adding-a-city.md has it: what is drawn from the packs is drawn anew.
    draw = [sys.executable, "-c", "from cli.main import app; app()", "rules", "draw", "--all", "docs/procedures"]
    subprocess.run(draw, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


if __name__ == "__main__":
    place(Path(sys.argv[1]))
