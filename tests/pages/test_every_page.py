"""What holds for every page of the list, in both languages: words and no codes, and no more than a slow line takes."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import pages
from pages.static import Statics
from tests.pages.addresses import LOGINS, addresses
from tests.pages.visiting import Element, Front

STATIC = Path(pages.__file__).parent / "static"
LARGEST_HTML, LARGEST_STYLE, LARGEST_SCRIPT = 8_000, 4_000, 10_000
"""Bytes, packed."""
LARGEST_OF_OFFICERS = 1_000
"""Of the second style sheet, which is for who is logged in, and for calendars."""
CODE = re.compile(r"\b[a-z]+_[a-z_]+\b", re.ASCII)
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff] ?[,;:?!()] ?[\u4e00-\u9fff]")
NOT_FOR_PEOPLE = re.compile(r"\b(errors|cursor|JSON|null|undefined)\b", re.ASCII)
FORMATS = frozenset({"JSON"})
"""Names of files that are words of programs too; alone they are the names."""
IS_A_CODE = frozenset({"code", "pre", "kbd", "script", "style"})
"""What is shown as a code by its element; a class `code` or `n` does the same."""
FIELDS = frozenset({"input", "textarea", "select"})


def sentences(element: Element) -> Iterator[str]:
    """The texts of a page that people read, each on its own, but for what is shown as a code."""
    classes = set((element.get("class") or "").split())
    if element.tag in IS_A_CODE or classes & {"code", "n"}:
        return
    for attribute in ("aria-label", "title", "alt", "data-l", "placeholder"):
        if said := element.get(attribute):
            yield said
    if element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str):
            yield from sentences(child)
        if child.tail:
            yield child.tail


def what_is_wrong(document: Element, language: str) -> list[str]:
    """Sentences with a code in them, a word of programs, or the punctuation of the other language."""
    found = []
    for said in sentences(document):
        if said.strip() in FORMATS:
            continue
        half_width = language == "zh" and HALF_WIDTH.search(said)
        if CODE.search(said) or NOT_FOR_PEOPLE.search(said) or half_width:
            found.append(said.strip())
    return found


def faults(document: Element) -> list[str]:
    """Ids that two elements have, fields without a label, tables without heads, more or less than one h1."""
    ids = [each.get("id") for each in document.iter() if each.get("id")]
    named = {each.get("for") for each in document.iter("label")}
    found = [f"twice: {each}" for each in {each for each in ids if ids.count(each) > 1}]
    found += [
        f"no label: {each.tag} {each.get('name')}"
        for each in document.iter()
        if each.tag in FIELDS
        and each.get("type") != "hidden"
        and each.get("hidden") is None
        and each.get("id") not in named
        and not each.get("aria-label")
    ]
    found += ["no scope" for each in document.iter("th") if not each.get("scope")]
    if (headings := len(list(document.iter("h1")))) != 1:
        found.append(f"{headings} h1")
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_speaks_to_people_and_is_small(front: Front, names: Mapping[str, str], language: str) -> None:
    visitors = {
        role: await front.logged_in(login, language) if login else front.visitor(language)
        for role, login in LOGINS.items()
    }
    found: dict[str, object] = {}
    for address in addresses():
        visitor = await visitors[address.role].visit(address.in_(language, names))
        assert visitor.answer.headers["content-type"].startswith("text/html"), address
        assert visitor.answer.status_code == address.status, address
        packed = len(gzip.compress(visitor.answer.content, 6))
        wrong: list[object] = [*what_is_wrong(visitor.document, language), *faults(visitor.document)]
        if packed > LARGEST_HTML:
            wrong.append(f"{packed} bytes")
        if wrong:
            found[str(address)] = wrong
    assert not found


def test_style_and_script_are_small() -> None:
    sent = Statics()
    packed = {name: len(gzip.compress(sent.content_of(name), 9)) for name in ("k.css", "office.css", "k.js")}
    assert packed["k.css"] <= LARGEST_STYLE
    assert packed["office.css"] <= LARGEST_OF_OFFICERS
    assert packed["k.js"] <= LARGEST_SCRIPT
    assert {file.name for file in STATIC.iterdir() if file.suffix in (".css", ".js")} == set(packed)


BREACHES = {
    "zh": ["状态为on_hold的数据", "数据已暂停,请稍后", "见 errors"],
    "en": ["The state is on_hold", "See the errors for more"],
}


@pytest.mark.parametrize(("language", "said"), [(language, said) for language, of in BREACHES.items() for said in of])
def test_the_linter_finds_what_is_not_for_people(language: str, said: str) -> None:
    element = Element("p")
    element.text = said
    assert what_is_wrong(element, language) == [said]
    element.set("class", "code")
    assert what_is_wrong(element, language) == []
