"""The register of duties, and the plugin that keeps it honest."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from rules.authored import Wording
from rules.duties import Duty, parse_register, read_register, unproven
from rules.loading import cities, load_pack
from rules.resolving import resolve
from tests.duties_plugin import UNPROVEN

pytest_plugins = ["pytester"]

BESIDE = {"urging", "in_place_of", "agreement", "remedies"}
"""Rules of who may do what, of what parties promise each other, and of what follows a refusal: they decide no case."""
ROOT = Path(__file__).parents[2]
ROW = """
nanning:
  - id: NN-20.2
    article: "20(2)"
    procedure: access_request
    responsible: operator
    trigger: request received
    duty: {zh: 审查, en: Review}
"""


def duty(**changes: object) -> Duty:
    row = {
        "id": "NN-20.2",
        "article": "20(2)",
        "procedure": "access_request",
        "responsible": "operator",
        "trigger": "request received",
        "duty": Wording(zh="审查", en="Review"),
    }
    return Duty.model_validate({**row, **changes})


MET = {"status": "met", "workflow": "workflows/access_request.py", "tests": ("test_a.py::test_review",)}


def test_the_register_speaks_of_every_city_that_has_a_pack() -> None:
    assert sorted(read_register()) == cities()


def test_the_register_holds_every_duty_that_was_counted_in_the_five_regulations() -> None:
    counted = {"nanning": 46, "yulin": 36, "guangzhou": 53, "lianyungang": 48, "nanjing": 52}
    assert {city: len(duties) for city, duties in read_register().items() if city in counted} == counted


def articles_of_law(node: object) -> set[str]:
    """The articles of the regulation that dumped rules cite, without paragraph and item."""
    if isinstance(node, dict):
        here = {str(node["article"])} if node.get("basis") == "law" and "article" in node else set()
        return here.union(*map(articles_of_law, node.values()))
    return set().union(*map(articles_of_law, node)) if isinstance(node, list) else set()


@pytest.mark.parametrize("city", cities())
def test_every_article_by_which_a_case_is_decided_has_its_duty(city: str) -> None:
    pack = load_pack(city)
    cuts = [resolve(pack, procedure, date(2026, 11, 29)) for procedure in pack.procedures]
    rules = [cut.model_dump(mode="json", exclude=BESIDE) for cut in cuts]
    decided_by = {re.split(r"[.(]| and ", article)[0] for each in rules for article in articles_of_law(each)}
    assert decided_by <= {re.split(r"[.(]", row.article)[0] for row in read_register()[city]}


@pytest.mark.parametrize("city", cities())
def test_every_rule_that_a_duty_names_stands_in_the_pack_of_its_city(city: str) -> None:
    pack = load_pack(city).model_dump()
    for row in read_register()[city]:
        for path in row.rules:
            node = pack
            for key in path.split("."):
                assert key in node, f"{row.id}: {path} is not in the pack"
                node = node[key]


def test_every_workflow_that_a_met_duty_names_is_there() -> None:
    for duties in read_register().values():
        for row in duties:
            if row.status == "met" and row.workflow:
                assert (ROOT / row.workflow).is_file(), f"{row.id}: there is no {row.workflow}"


def test_a_duty_is_open_until_somebody_says_otherwise() -> None:
    [row] = parse_register(ROW)["nanning"]
    assert row.status == "open"


def test_only_an_open_duty_says_what_it_lacks() -> None:
    lacking = Wording(zh="没有", en="Not there")
    assert duty(lacking=lacking).lacking == lacking
    with pytest.raises(ValueError, match="only an open duty lacks something"):
        duty(lacking=lacking, **MET)


@pytest.mark.parametrize("missing", ["tests", "workflow"])
def test_a_duty_cannot_be_called_met_without_a_test_and_what_meets_it(missing: str) -> None:
    with pytest.raises(ValueError, match="a duty that is met names"):
        duty(**{name: value for name, value in MET.items() if name != missing})


def test_a_duty_is_excused_only_with_a_reason() -> None:
    with pytest.raises(ValueError, match="excused with a reason"):
        duty(status="excused")


def test_a_duty_is_named_once() -> None:
    with pytest.raises(ValueError, match=r"named twice: NN-20\.2"):
        parse_register(ROW + ROW.replace("\nnanning:", "").replace("\n", "", 1))


def test_a_met_duty_is_borne_out_by_its_tests_that_ran_and_passed() -> None:
    assert unproven([duty(**MET)], {"NN-20.2": {"test_a.py::test_review": True}}) == []


@pytest.mark.parametrize(
    ("shown", "fact"),
    [
        ({}, "did not run or does not name it"),
        ({"NN-20.2": {"test_b.py::test_other": True}}, "did not run or does not name it"),
        ({"NN-20.2": {"test_a.py::test_review": False}}, "did not pass"),
    ],
)
def test_a_met_duty_without_a_passed_test_is_unproven(shown: dict[str, dict[str, bool]], fact: str) -> None:
    [claim] = unproven([duty(**MET)], shown)
    assert claim.startswith("NN-20.2: test_a.py::test_review")
    assert fact in claim


CONFTEST = """
import pytest
from rules.duties import Duty
from tests.duties_plugin import DutiesRecorder

def pytest_configure(config):
    duty = Duty.model_validate({
        "id": "NN-20.2", "article": "20(2)", "procedure": "access_request", "responsible": "operator",
        "trigger": "request received", "duty": {"zh": "审查", "en": "Review"}, "status": "met",
        "workflow": "workflows/access_request.py", "tests": ["test_a.py::test_review"],
    })
    config.pluginmanager.register(DutiesRecorder(config, [duty]), "duties-of-this-run")
"""


def run(pytester: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    pytester.makeini("[pytest]\nmarkers =\n  duty(*ids)\n")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_a=f"import pytest\n\n{test}")
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:asyncio", *options)


PASSING = "@pytest.mark.duty('NN-20.2')\n@pytest.mark.parametrize('n', [1, 2])\ndef test_review(n):\n    assert n < 3\n"


def test_a_full_run_passes_when_every_test_of_a_met_duty_passed(pytester: pytest.Pytester) -> None:
    assert run(pytester, PASSING).ret == pytest.ExitCode.OK


@pytest.mark.parametrize(
    "test",
    [
        PASSING.replace("test_review", "test_renamed"),
        PASSING.replace("@pytest.mark.duty('NN-20.2')\n", ""),
        PASSING.replace("assert n < 3", "pytest.skip('not today')"),
    ],
    ids=["renamed", "unmarked", "skipped"],
)
def test_a_full_run_fails_when_a_met_duty_lost_its_test(pytester: pytest.Pytester, test: str) -> None:
    result = run(pytester, test)
    assert result.ret == UNPROVEN
    result.stdout.fnmatch_lines(["*duties that are not met as the register says*", "NN-20.2: test_a.py::test_review*"])


@pytest.mark.parametrize(
    ("test", "ends"), [(PASSING, pytest.ExitCode.OK), (PASSING.replace("test_review", "test_renamed"), UNPROVEN)]
)
def test_a_run_in_several_processes_is_judged_as_one(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, test: str, ends: int
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    assert run(pytester, test, "-n", "2").ret == ends


def test_a_duty_whose_test_failed_is_told_as_a_failed_test(pytester: pytest.Pytester) -> None:
    result = run(pytester, PASSING.replace("n < 3", "n < 2"))
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["NN-20.2: test_a.py::test_review*did not pass*"])


def test_a_narrower_run_judges_no_claim(pytester: pytest.Pytester) -> None:
    other = PASSING.replace("test_review", "test_renamed")
    assert run(pytester, other, "-k", "renamed").ret == pytest.ExitCode.OK


@pytest.mark.parametrize(
    ("test", "ends"),
    [
        (PASSING.replace("assert n < 3", "assert False"), pytest.ExitCode.OK),
        (PASSING.replace("test_review", "test_renamed"), UNPROVEN),
        (PASSING.replace("@pytest.mark.duty('NN-20.2')\n", ""), UNPROVEN),
    ],
    ids=["fails", "renamed", "unmarked"],
)
def test_collecting_the_tests_tells_a_claim_that_no_test_bears(pytester: pytest.Pytester, test: str, ends: int) -> None:
    assert run(pytester, test, "--collect-only").ret == ends


def test_a_test_that_names_an_unknown_duty_stops_the_run(pytester: pytest.Pytester) -> None:
    result = run(pytester, PASSING.replace("NN-20.2", "NN-99"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*names the duty NN-99, which is not in the register*"])


def test_the_command_lists_every_duty_and_counts_them() -> None:
    listed = json.loads(CliRunner().invoke(app, ["duties", "--json"]).stdout)
    ids = [row["id"] for row in listed["duties"]]
    assert len(ids) == len(set(ids)) == sum(listed["counts"].values())
    assert {"city", "status", "rules", "workflow", "tests"} <= set(listed["duties"][0])


def test_the_strict_command_exits_1_while_a_duty_is_open() -> None:
    counts = json.loads(CliRunner().invoke(app, ["duties", "--json"]).stdout)["counts"]
    strict = CliRunner().invoke(app, ["duties", "--strict"])
    assert strict.exit_code == (1 if counts["open"] else 0)
    assert f"{counts['open']} open" in strict.output
