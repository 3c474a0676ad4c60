"""`kaifang rules new` and `check`: from a skeleton to a pack that is fit, and samples with their lines."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from cli.main import app
from rules.loading import load_text, skeleton
from tests.rules.cuts import IN_FORCE_EVERYWHERE

SKELETON = skeleton("beihai", IN_FORCE_EVERYWHERE)
FILLED_IN = {
    "two to four": "BH",
    "the day": "2024-05-01",
    "the article": "'measures 7'",
    "the period": "20wd",
}
SAMPLES = """bodies:
  - {body: nanning.transport, role: provider, name: {zh: 交通, en: Transport}}
  - {body: nanning.wharf_court, role: wharf_court, name: {zh: 码头, en: Wharf}}
accounts:
  - {login: reviewer@nanning.transport, name: {zh: 甲, en: A}, roles: [reviewer], city: nanning,
     body: nanning.transport}
posts:
  - {body: nanning.transport, post: beadle, login: reviewer@nanning.transport}
"""


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["rules", *arguments], env={"COLUMNS": "300"})
    return result.exit_code, result.output


def filled_in(blank: re.Match[str]) -> str:
    return next((value for said, value in FILLED_IN.items() if blank[1].startswith(said)), "'填 filled in'")


def test_a_skeleton_is_fit_but_for_what_is_marked_to_be_filled_in(tmp_path: Path) -> None:
    assert run("new", "beihai", "--folder", str(tmp_path))[0] == 0
    file = tmp_path / "beihai.yaml"
    code, said = run("check", str(file))
    lines = file.read_text(encoding="utf-8").splitlines()
    blanks = re.findall(r'"FILL IN ([^"]+)"', "\n".join(lines))
    assert code == 1
    assert [line.partition("to_be_filled_in: ")[2] for line in said.splitlines()] == blanks
    for line in said.splitlines():
        number, blank = int(line.removeprefix(f"{file}:").partition(":")[0]), line.partition("to_be_filled_in: ")[2]
        assert blank in lines[number - 1]


def test_a_skeleton_that_is_filled_in_is_fit() -> None:
    pack = load_text(re.sub(r'"FILL IN ([^"]+)"', filled_in, SKELETON), "beihai.yaml")
    assert (pack.city, pack.code, pack.in_force_from.isoformat()) == ("beihai", "BH", "2024-05-01")


def test_a_skeleton_is_written_over_nothing(tmp_path: Path) -> None:
    assert run("new", "beihai", "--folder", str(tmp_path))[0] == 0
    assert run("new", "beihai", "--folder", str(tmp_path))[0] == 2
    assert run("new", "Bei_Hai", "--folder", str(tmp_path))[0] == 2


def test_samples_are_checked_beside_the_pack_of_their_city_with_lines(tmp_path: Path) -> None:
    file = tmp_path / "nanning.yaml"
    file.write_text(SAMPLES, encoding="utf-8")
    code, said = run("check", str(file))
    assert code == 1
    assert f"{file}:3: bodies[1].role: unknown_role: wharf_court is none of the roles" in said
    assert f"{file}:8: posts[0].post: unknown_post: beadle is none of the posts" in said


def test_what_does_not_agree_in_samples_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "nanning.yaml"
    file.write_text(SAMPLES.replace("     body: nanning.transport}", "     body: nanning.health}"), encoding="utf-8")
    code, said = run("check", str(file))
    assert code == 1
    assert said.startswith(f"{file}:6: accounts[0].body: does_not_agree: ")


def test_samples_that_are_fit_are_said_to_be(tmp_path: Path) -> None:
    file = tmp_path / "nanning.yaml"
    file.write_text(SAMPLES.partition("posts:")[0].replace("role: wharf_court", "role: provider"), encoding="utf-8")
    assert run("check", str(file)) == (0, f"{file}: 2 bodies, 1 accounts, 0 datasets: fit\n")
