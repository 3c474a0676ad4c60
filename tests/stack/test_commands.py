"""The commands before they do anything: what they load, which stack they mean, and what the READMEs say of accounts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from activities.settings import Settings
from api.http.tokens import signing_key
from cli.main import MODULES
from cli.stack import demo_accounts
from cli.token import KEY
from rules.sample_accounts import logins
from rules.sample_catalogue import accounts
from stack.home import exclusive
from stack.ports import free_port
from tests.stack.running import ROOT

KAIFANG = Path(sys.executable).with_name("kaifang")
OF_SERVERS = {
    "temporalio",
    "sqlalchemy",
    "sqlmodel",
    "asyncpg",
    "fastapi",
    "uvicorn",
    "apprise",
    "obstore",
    "icalendar",
}
OF_THE_RECORD = {"recovery", "upgrade", "admin", "bodies", "accounts", "hand_over", "catalogue"}
"""Modules of commands that ask or change the record themselves, for which they need libraries of servers."""
ONE_OF_EACH_MODULE = {module: command for command, module in MODULES.items() if module not in OF_THE_RECORD}
"""The other commands come without any library of a server, until they start one."""
HELP = """
import sys
from cli.main import app
try:
    app(sys.argv[1:])
finally:
    print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def loaded(folder: Path, *arguments: str) -> set[str]:
    """The packages that a command loads."""
    told = subprocess.run(
        [sys.executable, "-c", HELP, *arguments],
        cwd=ROOT,
        env={"KAIFANG_HOME": str(folder), "PATH": "", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return set(told.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("command", ONE_OF_EACH_MODULE.values())
def test_a_command_loads_nothing_of_what_others_need(tmp_path: Path, command: str) -> None:
    packages = loaded(tmp_path, command, "--help")
    assert "typer" in packages, "it was there to be asked"
    assert packages & OF_SERVERS == set()


def test_a_token_is_printed_without_the_catalogue_its_schema_or_any_server(tmp_path: Path) -> None:
    signing_key(tmp_path / KEY)
    with exclusive(tmp_path):
        packages = loaded(tmp_path, "token", "applicant@demo")
    assert "jwt" in packages, "it was printed"
    assert packages & (OF_SERVERS | {"yaml", "rich", "httpx", "psutil", "pydantic_settings"}) == set()


def test_the_logins_are_those_of_the_accounts() -> None:
    assert logins() == sorted(account.login for account in accounts())


def test_the_key_lies_where_the_service_looks_for_it(tmp_path: Path) -> None:
    assert Settings.model_construct(home=tmp_path).signing_key_file == tmp_path / KEY


def token(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [KAIFANG, "token", "applicant@demo"],
        env={"KAIFANG_HOME": str(home), "PATH": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_where_no_stack_runs_there_is_no_token_and_no_key(tmp_path: Path) -> None:
    told = token(tmp_path)
    assert (told.returncode, told.stdout, list(tmp_path.iterdir())) == (1, "", [])
    assert f"no stack runs with the data folder {tmp_path}" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_stack_that_has_ended_however_runs_no_more_although_its_key_is_there(tmp_path: Path) -> None:
    signing_key(tmp_path / KEY)
    with exclusive(tmp_path):
        assert token(tmp_path).returncode == 0
    told = token(tmp_path)
    assert (told.returncode, told.stdout) == (1, "")


def test_a_service_named_by_the_environment_has_tokens_by_its_own_key_alone(tmp_path: Path) -> None:
    named = {"KAIFANG_DATABASE_URL": "postgresql://somewhere/kaifang"}
    without = token(tmp_path, **named)
    assert (without.returncode, without.stdout, list(tmp_path.iterdir())) == (1, "", [])
    signing_key(tmp_path / KEY)
    assert token(tmp_path, **named).returncode == 0


@pytest.mark.parametrize(
    "command",
    [
        ["restore"],
        ["restore", "case"],
        ["reconcile"],
        ["receipts"],
        ["verify"],
        ["retention"],
        ["refuse", "act", "--reason", "x"],
        ["upgrade", "status"],
        ["hand-over", "x", "--release"],
    ],
)
def test_where_no_stack_runs_a_command_says_so_in_one_line_and_ends_with_2(tmp_path: Path, command: list[str]) -> None:
    known = {name: value for name, value in os.environ.items() if not name.startswith("KAIFANG_")}
    program = [sys.executable, "-c", "from cli.main import app; app()", *command]
    done = subprocess.run(
        program, env={**known, "KAIFANG_HOME": str(tmp_path)}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: KAIFANG_DATABASE_URL")
    assert str(tmp_path) in line


def test_a_demonstration_whose_service_is_gone_says_so_in_one_line(tmp_path: Path) -> None:
    port = str(free_port())
    named = {"KAIFANG_DATABASE_URL": "postgresql://somewhere/kaifang", "KAIFANG_PORT": port, "PATH": ""}
    told = subprocess.run(
        [KAIFANG, "demo"], env={"KAIFANG_HOME": str(tmp_path), **named}, capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout) == (1, "")
    (line,) = told.stderr.splitlines()
    assert line.startswith(f"error: the service at http://127.0.0.1:{port} does not answer (")


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_lists_the_accounts_that_the_stack_prints(readme: str) -> None:
    """Those before the `…`: of no city, and of the first."""
    lines = (ROOT / readme).read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("  any city"))
    listed = lines[first : next(number for number in range(first, len(lines)) if lines[number].strip() == "…")]
    printed = [(city, line) for city, line in demo_accounts()]
    assert [(line[2:15].strip(), line[15:]) for line in listed] == printed[: len(listed)]
    assert printed[len(listed)][0], "a city is listed whole"
