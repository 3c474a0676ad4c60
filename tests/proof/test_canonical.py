"""Equal documents are equal bytes, as RFC 8785 writes them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from activities.proof.canonical import LARGEST_EXACT, by_the_library, canonical
from activities.proof.chain import Algorithm, Chain, digest, event_hash

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-LARGEST_EXACT, LARGEST_EXACT) | st.floats(allow_nan=False, allow_infinity=False)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
)


@given(DOCUMENTS)
def test_a_document_is_written_as_the_library_of_the_rfc_writes_it(document: Any) -> None:
    assert canonical(json.dumps(document, ensure_ascii=False)) == rfc8785.dumps(document)


@given(DOCUMENTS)
def test_the_order_of_names_and_the_way_of_escaping_make_no_difference(document: Any) -> None:
    assert canonical(json.dumps({"b": document, "a": 1})) == canonical(
        json.dumps({"a": 1, "b": document}, ensure_ascii=False, indent=1)
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('{"\ue000": 1, "\U0001f600": 2}', '{"\U0001f600":2,"\ue000":1}'),
        ("[1.0, 1e2, 0.000001, 1E400]", None),
        ("[1.0, 1e2, 0.000001]", "[1,100,0.000001]"),
        ('"\\u001f\\u007f\\/€"', '"\\u001f\x7f/€"'),
    ],
)
def test_what_python_writes_otherwise_is_written_by_the_library(text: str, written: str | None) -> None:
    if written is None:
        with pytest.raises(ValueError, match="not representable"):
            canonical(text)
    else:
        assert canonical(text) == written.encode()


def test_a_number_too_large_is_read_as_every_other_program_reads_it() -> None:
    assert canonical("[9007199254740993]") == by_the_library("[9007199254740992]")


def test_the_documented_example_has_the_documented_hash() -> None:
    event = '{"type":"NoteAdded","number":1,"at":"2026-11-29T08:00:00+08:00","act":"a1"}'
    found = event_hash("sha256", "c1", 1, event, "")
    assert found == "sha256:d3c524f8e25403998e9d57f4207ac279420cc05731e0b14046465b4b9977608a"
    assert Chain(Algorithm.SM3).on("", "c1", [1], [event])[0].startswith("sm3:")


def test_each_hash_names_its_algorithm() -> None:
    # The example of GB/T 32905-2016.
    assert digest("sm3", b"abc") == "sm3:66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    with pytest.raises(ValueError, match="unsupported hash type"):
        digest("sm4", b"")
