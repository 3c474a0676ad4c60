"""`kaifang rules draw`, and `drawn`, by which `make check` compares docs/procedures with the packs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.drawing import newest
from cli.drawing_page import page
from cli.main import app
from rules.articles import article_label
from rules.loading import cities, load_pack
from rules.pinned import Basis, Citation, Label
from rules.pinned_stages import Outcome
from rules.procedure_map import procedure_map
from tests.rules.cuts import ACCESS_REQUEST, invented_pack

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "docs" / "procedures"
EVERY_PROCEDURE = [(city, procedure) for city in cities() for procedure in load_pack(city).procedures]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["rules", *(str(each) for each in arguments)], terminal_width=300)


def drawn(city: str, procedure: str) -> str:
    pack = load_pack(city)
    return page(pack, newest(pack, procedure))


def languages(text: str) -> tuple[str, str]:
    """What the page says in Chinese, and in English."""
    zh, en = text.split("\n## English\n")
    return zh, en


def flowcharts(text: str) -> list[str]:
    return re.findall(r"```mermaid\n(.*?)```", text, re.DOTALL)


def arrows(flowchart: str, source: str) -> list[tuple[str, str]]:
    """Line and label of each arrow with a label that leaves there."""
    return re.findall(rf'^ *{source} (-\.->|-->)\|"([^"]*)"\| \w+$', flowchart, re.MULTILINE)


def named(label: str, outcome: Outcome) -> bool:
    """Whether one line of an arrow's label is what the outcome is called."""
    return not {outcome.label.zh, outcome.label.en}.isdisjoint(label.split("<br>"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(COMMITTED, tmp_path / "procedures"))


def test_the_committed_pages_are_those_that_the_packs_give() -> None:
    compared = run("drawn", COMMITTED)
    assert compared.exit_code == 0, compared.output


def test_make_check_compares_them() -> None:
    told = subprocess.run(["make", "--dry-run", "check"], cwd=ROOT, capture_output=True, check=True, text=True)
    assert "kaifang rules drawn docs/procedures" in told.stdout


def test_a_page_that_differs_by_one_number_is_named(copy: Path) -> None:
    altered = copy / "nanning" / "access_request.md"
    altered.write_text(altered.read_text(encoding="utf-8").replace("5个工作日", "6个工作日", 1), encoding="utf-8")
    compared = run("drawn", copy)
    assert compared.exit_code == 1
    assert compared.stdout.splitlines()[0] == f"{altered}: not as the pack has it"
    assert len(compared.stdout.splitlines()) == 1


def test_a_procedure_without_its_page_is_named(copy: Path) -> None:
    (copy / "yulin" / "demand.md").unlink()
    compared = run("drawn", copy)
    assert compared.exit_code == 1
    assert f"{copy}/yulin/demand.md: missing" in compared.stdout.splitlines()


def test_a_page_of_a_procedure_that_is_no_more_is_named(copy: Path) -> None:
    shutil.copy(copy / "yulin" / "demand.md", copy / "lianyungang" / "demand.md")
    compared = run("drawn", copy)
    assert compared.exit_code == 1
    assert f"{copy}/lianyungang/demand.md: of no procedure; delete it" in compared.stdout.splitlines()


def test_drawing_all_writes_what_comparing_wants(tmp_path: Path) -> None:
    assert run("draw", "--all", tmp_path / "new").exit_code == 0
    assert run("drawn", tmp_path / "new").exit_code == 0


def test_one_procedure_is_printed_as_it_is_committed() -> None:
    printed = run("draw", "nanjing", "objection")
    assert printed.output == (COMMITTED / "nanjing" / "objection.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("atlantis", "objection"), "no pack for atlantis; there are guangzhou,"),
        (("lianyungang", "demand"), "the pack describes no procedure demand; there are access_request, objection,"),
        (("lianyungang",), "in lianyungang there are access_request, objection,"),
        ((), "there are guangzhou,"),
        (("nanning", "--all", "somewhere"), "every procedure is drawn"),
    ],
)
def test_what_cannot_be_drawn_is_told_with_what_can(arguments: tuple[str, ...], told: str) -> None:
    refused = run("draw", *arguments)
    assert refused.exit_code == 2
    assert told in " ".join(refused.output.replace("│", " ").split())


@pytest.mark.parametrize(("city", "procedure"), EVERY_PROCEDURE)
def test_a_page_names_every_stage_outcome_ending_and_article_in_both_languages(city: str, procedure: str) -> None:
    rules = newest(load_pack(city), procedure)
    labels: list[Label] = [rules.label, rules.regulation.title, *(ending.label for ending in rules.endings)]
    cited: list[Citation] = [ending.citation for ending in rules.endings]
    for each in procedure_map(rules).stages():
        labels += [each.stage.label, *(outcome.label for outcome in each.stage.outcomes)]
        cited += [each.stage.citation, *(outcome.citation for outcome in each.stage.outcomes)]
        cited += [demanded.citation for outcome in each.stage.outcomes for demanded in outcome.requires]
    labels += [article_label(each.article) for each in cited if each.basis is Basis.LAW]
    labels += [each.note for each in cited if each.note]
    zh, en = languages(drawn(city, procedure))
    assert [label.zh for label in labels if label.zh not in zh] == []
    assert [label.en for label in labels if label.en not in en and label is not rules.label] == []


@pytest.mark.parametrize(("city", "procedure"), EVERY_PROCEDURE)
def test_what_is_a_service_rule_is_drawn_broken_and_what_is_law_is_not(city: str, procedure: str) -> None:
    rules = newest(load_pack(city), procedure)
    stages = list(procedure_map(rules).stages())
    for flowchart in flowcharts(drawn(city, procedure)):
        broken = set(re.findall(r"\w+", "".join(re.findall(r"class (\S+) service", flowchart))))
        for each in stages:
            name = f"stage_{each.stage.stage}"
            assert (name in broken) == (each.stage.citation.basis is Basis.SERVICE)
            for way in each.ways:
                for outcome in way.outcomes:
                    lines = {line for line, label in arrows(flowchart, name) if named(label, outcome)}
                    assert lines
                    assert lines == {"-.->" if outcome.citation.basis is Basis.SERVICE else "-->"}
        for ending in rules.endings:
            assert (f"end_{ending.outcome}" in broken) == (ending.citation.basis is Basis.SERVICE)


def test_a_page_says_what_law_it_draws_and_what_is_assumed_of_it() -> None:
    zh, en = languages(drawn("guangzhou", ACCESS_REQUEST))
    assert "征求意见稿" in zh
    assert "推定：" in zh
    assert "a draft that was never issued" in en
    assert "in force from 2022-07-01 until 2027-07-01 (exclusive)" in en


def test_the_rules_drawn_are_the_newest_of_the_pack() -> None:
    pack = invented_pack()
    rules = newest(pack, ACCESS_REQUEST)
    _, en = languages(page(pack, rules))
    assert rules.version == "2025-01-01"
    assert "Rules of 2025-01-01" in en


def test_where_bodies_must_agree_the_page_says_where_disagreement_leads() -> None:
    zh, en = languages(drawn("lianyungang", "objection"))
    assert "均为此结果的，步骤6：同时办理<br>不一致的，步骤5：意见不一时的决定" in zh
    assert "if they differ, step 5: Decision on disagreement" in en


def test_a_step_names_the_data_that_coming_to_it_stops() -> None:
    zh, en = languages(drawn("nanning", "objection"))
    assert zh.count("进入本步骤：中止开放数据") == 2
    assert en.count("on entering: data suspended") == 2


def test_each_kind_of_act_that_the_rules_allow_meanwhile_is_drawn() -> None:
    for flowchart in flowcharts(drawn("nanning", ACCESS_REQUEST)):
        meanwhile = flowchart.split("subgraph meanwhile")[1].split("  end\n")[0]
        drawn_nodes = re.findall(r"^ +(\w+)\[", meanwhile, re.MULTILINE)
        assert drawn_nodes == ["withdrawal", "supplement", "correction", "stage_expert_opinion"]
        assert "withdrawal -.-> end_withdrawn" in flowchart
