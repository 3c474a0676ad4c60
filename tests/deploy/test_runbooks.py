"""Whoever follows a runbook at night calls commands, services, addresses and tables that there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
import typer.main
from click import Context
from ruamel.yaml import YAML

from api.app import methods_by_path
from cli.main import app
from pages.routes import ROUTES
from tests.stack.running import ROOT

RUNBOOKS = (ROOT / "docs" / "runbooks.md").read_text()
OF_THE_MACHINE = {"df", "openssl", "curl", "psql", "docker"}
COMPOSE = YAML(typ="safe").load(ROOT / "docker-compose.yml")["services"]
OF_COMPOSE = {"ps", "logs", "up", "exec", "run"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", RUNBOOKS, re.MULTILINE | re.DOTALL)


def lines() -> Iterator[list[str]]:
    """Each command of the blocks, word by word, without what reads its output and without variables set for it."""
    for line in "".join(blocks("sh")).splitlines():
        words = shlex.split(line)
        if "|" in words:
            words = words[: words.index("|")]
        yield [word for place, word in enumerate(words) if place or not re.match(r"[A-Z_]+=", word)]


def calls_of_kaifang() -> list[list[str]]:
    in_text = [shlex.split(each) for each in re.findall(r"`(kaifang [a-z][^`]*)`", RUNBOOKS.replace("\n", " "))]
    return [line for line in [*lines(), *in_text] if line[0] == "kaifang"]


@pytest.mark.parametrize("words", calls_of_kaifang(), ids=" ".join)
def test_a_command_of_ours_is_there_with_its_options(words: list[str]) -> None:
    command: Any = typer.main.get_command(app)
    context = Context(command)
    rest = words[1:]
    while hasattr(command, "get_command"):
        found = command.get_command(context, rest[0])
        assert found is not None, rest
        command, rest = found, rest[1:]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= options


def test_other_programs_are_known_and_services_are_those_of_the_compose_file() -> None:
    for words in lines():
        assert words[0] in {*OF_THE_MACHINE, "kaifang"}
        if words[0] != "docker":
            continue
        assert words[1] == "compose"
        assert words[2] in OF_COMPOSE
        named = [word for word in words[3:] if re.fullmatch(r"[a-z-]+", word) and not word.startswith("-")]
        services = [word for word in named if word in COMPOSE]
        assert services or words[2] == "ps", words
        if words[2] in ("up", "logs"):
            assert services == named


def test_the_container_that_the_runbook_names_for_verify_has_folder_key_and_roots() -> None:
    for text in (RUNBOOKS, (ROOT / "docs" / "operations.md").read_text()):
        assert set(re.findall(r"`docker\s+compose\s+exec\s+(\w+)\s+kaifang\s+verify`", text)) == {"worker"}
    needs = {"HEADS_FOLDER", "HEADS_KEY", "HEADS_PUBLIC_KEYS", "STAMP_ROOTS"}
    has = [name for name, service in COMPOSE.items() if {f"KAIFANG_{each}" for each in needs} <= {*variables(service)}]
    assert has == ["worker"]
    folder = COMPOSE["worker"]["environment"]["KAIFANG_HEADS_FOLDER"]
    assert f"heads:{folder}" in COMPOSE["worker"]["volumes"]


def variables(service: dict[str, Any]) -> set[str]:
    return set(service.get("environment", {}))


def test_addresses_that_are_called_are_served() -> None:
    served = {path for path, _, _ in methods_by_path()} | {"/readyz", "/metrics", "/v1/gate"}
    called = {found.partition("?")[0] for found in re.findall(r"\$API(/[\w/?.{}-]*)", RUNBOOKS)}
    named = set(re.findall(r"`(?:GET|POST) (/v1/[^`?]*)`", RUNBOOKS))
    assert {re.sub(r"\{\w+\}", "{}", each) for each in called | named} <= {re.sub(r"\{\w+\}", "{}", e) for e in served}
    pages = {getattr(route, "path", "") for route in ROUTES}
    assert set(re.findall(r"on the page `(/[^`]*)`", RUNBOOKS)) <= pages


async def test_what_is_asked_of_postgresql_is_answered(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        for statement in blocks("sql"):
            await connection.fetch(statement)
    finally:
        await connection.close()


def test_each_runbook_says_how_it_looks_and_when_it_is_right_again() -> None:
    _, *each = re.split(r"^## ", RUNBOOKS, flags=re.MULTILINE)
    assert len(each) >= 8
    for runbook in each:
        assert "**How it looks.**" in runbook, runbook.splitlines()[0]
        assert "**Right again when**" in runbook
        assert "```sh" in runbook
