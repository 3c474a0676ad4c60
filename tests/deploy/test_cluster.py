"""What a cluster is made of is what production is made of: the compose file, the scripts, one version of the engine."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.cluster import programs
from deploy.cluster.compose import Compose, Places, VariableMissing
from deploy.cluster.network import network

HERE = Places(
    hosts={"postgres": "127.9.0.20", "temporal": "127.9.0.10"},
    own="127.9.0.31",
    folders={"/var/lib/kaifang": Path("/there")},
)
ENOUGH = dict.fromkeys(
    (
        *("POSTGRES_PASSWORD", "KAIFANG_DB_OWNER_PASSWORD", "KAIFANG_DB_PASSWORD"),
        *("KAIFANG_DB_GATE_PASSWORD", "KAIFANG_DB_READER_PASSWORD", "TEMPORAL_DB_PASSWORD"),
    ),
    "word",
)


@pytest.fixture(scope="module")
def compose() -> Compose:
    return Compose.read(ENOUGH)


def test_the_engine_of_the_tests_is_of_the_version_that_production_runs(compose: Compose) -> None:
    images = {compose.services[name]["image"].strip("}").rpartition(":")[2] for name in ("temporal", "temporal-schema")}
    assert images == {programs.version()}


def test_a_variable_is_read_as_the_compose_file_says(compose: Compose) -> None:
    worker = compose.environment("worker", HERE)
    assert worker["KAIFANG_DATABASE_URL"] == "postgresql://kaifang_writer:word@127.9.0.20:5432/kaifang"
    assert worker["KAIFANG_CHAIN_ALGORITHM"] == "sha256", "what stands after :- where nothing is said"
    assert worker["KAIFANG_HEADS_KEY"] == "", "what stands after :+ only where something is said"
    said = Compose.read({**ENOUGH, "KAIFANG_HEADS_KEY_FILE": "key", "KAIFANG_CHAIN_ALGORITHM": "sm3"})
    assert said.environment("worker", HERE)["KAIFANG_HEADS_KEY"] == "/run/secrets/heads-key"
    assert said.environment("worker", HERE)["KAIFANG_CHAIN_ALGORITHM"] == "sm3"


def test_a_variable_without_which_compose_starts_nothing_is_missed_by_its_name() -> None:
    with pytest.raises(VariableMissing, match=r"TEMPORAL_DB_PASSWORD: set it in \.env"):
        Compose.read({}).environment("temporal", HERE)


def test_hosts_and_folders_of_containers_are_replaced_and_no_word_like_them(compose: Compose) -> None:
    temporal = compose.environment("temporal", HERE)
    assert (temporal["POSTGRES_SEEDS"], temporal["POSTGRES_USER"]) == ("127.9.0.20", "temporal")
    assert temporal["BIND_ON_IP"] == "127.9.0.31"
    worker = compose.environment("worker", HERE)
    assert (worker["KAIFANG_HOME"], worker["KAIFANG_HEADS_FOLDER"]) == ("/there", "/var/lib/kaifang-heads")
    assert compose.command("api", HERE)[-4:] == ["--host", "127.9.0.31", "--port", "8000"]


def test_a_job_runs_the_file_that_is_mounted_for_it(compose: Compose) -> None:
    *_, script = compose.command("temporal-schema", HERE)
    assert script == str(programs.ROOT / "deploy" / "temporal-schema.sh")
    assert Path(compose.command("databases", HERE)[-1].partition("=")[2]).is_file()


def test_two_clusters_on_one_machine_have_networks_of_their_own() -> None:
    with network() as one, network() as other:
        assert one.number != other.number


def test_what_is_built_is_known_by_all_that_it_is_made_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert programs.kept() is None
    place = programs._place()
    place.mkdir(parents=True)
    for name in programs.PROGRAMS:
        (place / name).touch()
    assert programs.built().folder == place, "nothing is built twice"
    copy = tmp_path / "source"
    subprocess.run(["cp", "-r", programs.SOURCE, copy], check=True)
    monkeypatch.setattr(programs, "SOURCE", copy)
    assert programs.kept() is not None
    (copy / "go.sum").write_text("")
    assert programs.kept() is None


def test_the_engine_is_upgraded_by_one_minor_version_as_temporal_wants_it() -> None:
    (one, before, _), (same, now, _) = (programs.version(each).split(".") for each in (programs.BEFORE, programs.NOW))
    assert (one, int(before) + 1) == (same, int(now))
    assert programs._place(programs.BEFORE) != programs._place(programs.NOW)


def test_without_go_one_line_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(programs, "go", lambda: None)
    with pytest.raises(programs.GoIsMissing, match=r"is not built yet, and there is no Go \d+\.\d+"):
        programs.built()
    assert programs.main() == programs.NO_GO


@pytest.mark.parametrize(("says", "enough"), [("go1.99.0", True), ("go1.26.7", False), ("go1.9", False)])
def test_a_go_that_is_too_old_is_none(says: str, enough: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    said = SimpleNamespace(stdout=f"go version {says} linux/amd64\n")
    monkeypatch.setattr(shutil, "which", lambda *_, **__: "/go")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: said)
    assert (programs.go() is not None) == enough


@pytest.mark.parametrize("module", [programs.NOW, programs.BEFORE])
def test_every_go_module_has_its_sum(module: str) -> None:
    file = programs.SOURCE / module
    wanted = re.findall(r"^\s+(\S+) (v\S+)", file.read_text(), re.MULTILINE)
    sums = file.with_suffix(".sum").read_text()
    assert wanted
    assert all(f"{module} {version}/go.mod h1:" in sums for module, version in wanted)
