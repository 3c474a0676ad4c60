"""What the documents name is there: files by their paths, and what is in a module by its dotted name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from activities.settings import Settings
from tests.browser.screenshots import MOST_BYTES, SHOTS
from tests.rooms import ROOMS, ROOT

DOCUMENTS = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if path.name != "CHANGELOG.md")
"""The change log tells what was where it was then."""
PATH = re.compile(rf"`((?:{'|'.join((*ROOMS, 'tests', 'benchmarks', 'deploy'))})/[\w./-]+\.\w+)(?:::\w+)?`")
FOLDER = re.compile(rf"`((?:{'|'.join(ROOMS)})/(?:[\w-]+/)*)`")
DOTTED = re.compile(rf"`((?:{'|'.join(ROOMS)})(?:\.\w+)+)`")


def is_there(dotted: str) -> bool:
    """Whether a module of that name is there, or has what the rest names."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        module = ROOT.joinpath(*parts[:length]).with_suffix(".py")
        if module.exists():
            return length == len(parts) or parts[length] in names_in(module)
    return ROOT.joinpath(*parts).is_dir()


def names_in(module: Path) -> set[str]:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    defined = {getattr(node, "name", None) for node in tree.body}
    assigned = {each.id for node in tree.body for each in ast.walk(node) if isinstance(each, ast.Name)}
    return {name for name in defined if name} | assigned


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = [path for path in PATH.findall(text) if not (ROOT / path).exists() and not re.search("[A-Z]{3,}", path)]
    missing += [folder for folder in FOLDER.findall(text) if not (ROOT / folder).is_dir()]
    missing += [name for name in DOTTED.findall(text) if not is_there(name)]
    assert missing == []


def test_every_setting_is_documented() -> None:
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    variables = {f"KAIFANG_{name.upper()}" for name in Settings.model_fields}
    assert variables == set(re.findall(r"`(KAIFANG_[A-Z_]+)`", told.partition("## Logging in")[0]))


def test_a_name_that_nobody_has_is_found() -> None:
    assert is_there("activities.record.log.read_log")
    assert not is_there("activities.record.log.no_such_name")
    assert not is_there("activities.inbox")
    assert FOLDER.findall("`rules/packs/` and `pages/`") == ["rules/packs/", "pages/"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pictures_of_the_pages_are_there_in_both_languages_and_small(language: str) -> None:
    readme = ROOT / ("README.md" if language == "en" else "README.zh-CN.md")
    shown = re.findall(r"!\[[^\]]+\]\((docs/screenshots/[^)]+)\)", readme.read_text())
    assert shown == [f"docs/screenshots/{shot.name}.{language}.png" for shot in SHOTS]
    assert all(0 < (ROOT / each).stat().st_size <= MOST_BYTES for each in shown)


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "CHANGELOG.md"], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_is_left_half_merged(document: Path) -> None:
    lines = document.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if re.match(r"(<{7}|>{7}|={7})( |$)", line)] == []
