"""Forms and shapes have the fields of the vocabulary; one that is new is a change of its city's pack and of the
vocabulary, and nothing else."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from api.acting.forms import deciding, entries, filing
from api.acting.forms.form import TYPES, Form
from reading.cases.shapes import RequestShown
from reading.elsewhere.shapes import ElsewhereShown
from reading.misuse.shapes import MisuseAppealShown, MisuseShown
from reading.objections.shapes import ObjectionShown, OfBodyShown, QualityCheckShown, ReportShown
from reading.rectifications.shapes import RectificationShown
from reading.shape import Shape
from reading.sharing.shapes import SharingShown
from reading.updates.shapes import DemandShown, UpdateShown
from reading.years.shapes import FindingShown
from rules.fields import FIELDS, TEXTS, Kind
from rules.procedure_names import (
    ACCESS_REQUEST,
    ACCOUNT_CHANGE,
    CATALOGUE_UPDATE,
    CONTACT_CHANGE,
    DEMAND,
    IMPROVEMENT,
    LEAK,
    MISUSE,
    MISUSE_APPEAL,
    OBJECTION,
    OPENING_ELSEWHERE,
    QUALITY_CHECK,
    RECTIFICATION,
    SHARING_REQUEST,
)
from rules.vocabulary import (
    AGREEMENT,
    ANSWERS,
    DECISION,
    FORMS,
    REPORT,
    SIGNATURE,
    asked_by,
    demandable_of,
)

ROOT = Path(__file__).parents[2]
FORM_OF: dict[str, type[Form]] = {
    ACCESS_REQUEST: filing.AccessRequestForm,
    OBJECTION: filing.ObjectionForm,
    LEAK: filing.LeakReportForm,
    MISUSE: filing.MisuseReportForm,
    MISUSE_APPEAL: filing.MisuseAppealForm,
    QUALITY_CHECK: filing.QualityCheckForm,
    IMPROVEMENT: filing.FindingForm,
    ACCOUNT_CHANGE: filing.AccountForm,
    CONTACT_CHANGE: filing.ContactForm,
    OPENING_ELSEWHERE: filing.ElsewhereForm,
    SHARING_REQUEST: filing.SharingForm,
    DEMAND: filing.DemandForm,
    RECTIFICATION: filing.RectificationForm,
    CATALOGUE_UPDATE: filing.CatalogueUpdateForm,
    AGREEMENT: filing.AgreementForm,
    SIGNATURE: filing.SignatureForm,
    REPORT: filing.UseReportForm,
    DECISION: deciding.DecisionForm,
    ANSWERS: entries.Answers,
}
ADDRESSED = {"city", "dataset_id", "provider", "body", "task_id", "case_id", "measure_id", "outcome"}
"""Whom or what a form is about, and the outcome that a decision is: fields of the call, and not of the vocabulary."""
SHAPE_OF: dict[str, type[Shape]] = {
    ACCESS_REQUEST: RequestShown,
    OBJECTION: ObjectionShown,
    LEAK: ReportShown,
    MISUSE: MisuseShown,
    MISUSE_APPEAL: MisuseAppealShown,
    QUALITY_CHECK: QualityCheckShown,
    IMPROVEMENT: FindingShown,
    ACCOUNT_CHANGE: OfBodyShown,
    CONTACT_CHANGE: OfBodyShown,
    OPENING_ELSEWHERE: ElsewhereShown,
    SHARING_REQUEST: SharingShown,
    DEMAND: DemandShown,
    RECTIFICATION: RectificationShown,
    CATALOGUE_UPDATE: UpdateShown,
}
FIELD = 'Field("deletion", Kind.PROSE, "数据删除安排", "deletion of the data")'
ACTS_IN_WORDS = [
    filing.SupplementForm,
    filing.EvidenceForm,
    filing.WithdrawalForm,
    deciding.SupplementDemand,
    deciding.NoteForm,
    deciding.UrgingForm,
    deciding.RevocationForm,
]
"""Forms of a field or two that code reads by name."""


def test_each_form_of_the_vocabulary_is_the_form_of_a_call_with_the_same_fields() -> None:
    assert set(FORM_OF) == set(FORMS)
    for form, model in FORM_OF.items():
        assert [name for name in model.model_fields if name not in ADDRESSED] == list(asked_by(form)), form


@pytest.mark.parametrize("model", ACTS_IN_WORDS)
def test_a_field_that_a_form_states_itself_is_of_the_kind_in_the_vocabulary(model: type[BaseModel]) -> None:
    stated = set(model.model_fields) - set(asked_by(ACCESS_REQUEST))

    assert stated
    for name in stated:
        of_kind = without_bounds(schema(TYPES[FIELDS[name].kind] | None))
        assert without_bounds(of_field(model, name)) in (of_kind, of_kind["anyOf"][0]), name


@pytest.mark.parametrize("module", [filing, deciding], ids=["filing", "deciding"])
def test_the_type_checker_sees_the_fields_that_a_form_has(module: ModuleType) -> None:
    classes = [each for each in ast.parse(inspect.getsource(module)).body if isinstance(each, ast.ClassDef)]
    told = {
        (cls.name, ast.unparse(each.target)): ast.unparse(each.annotation)
        for cls in classes
        for block in cls.body
        if isinstance(block, ast.If)
        for each in block.body
        if isinstance(each, ast.AnnAssign)
    }

    assert told
    for (form, name), annotation in told.items():
        said = eval(annotation, vars(module))  # noqa: S307 - of this repository's own source
        assert schema(said) == of_field(getattr(module, form), name), (form, name)


def schema(annotation: Any) -> dict[str, Any]:
    """What documents say of a type."""
    return bare(TypeAdapter(annotation).json_schema())


def of_field(model: type[BaseModel], name: str) -> dict[str, Any]:
    """What they say of a field's."""
    return bare(model.model_json_schema(by_alias=False)["properties"][name])


def bare(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in ("title", "default", "$defs", "description")}


def without_bounds(said: dict[str, Any]) -> dict[str, Any]:
    """Whether a text or a list may be empty, a form of one field says by itself."""
    plain = {name: value for name, value in said.items() if name not in ("pattern", "minItems", "description")}
    return plain | {"anyOf": [without_bounds(each) for each in said["anyOf"]]} if "anyOf" in said else plain


def test_a_case_shows_every_choice_and_every_text_of_its_filing() -> None:
    assert set(SHAPE_OF) == set(FORMS) - {AGREEMENT, SIGNATURE, REPORT, DECISION, ANSWERS}
    for form, shape in SHAPE_OF.items():
        for name in set(asked_by(form, Kind.CHOICE, *TEXTS)) & demandable_of(form):
            assert shape.model_fields[name].annotation in (str, str | None), (form, name)


def test_the_items_and_files_of_a_filing_are_shown_as_lists() -> None:
    for form, shape in SHAPE_OF.items():
        for name in asked_by(form, Kind.ITEMS, Kind.FILES):
            assert of_field(shape, name)["type"] == "array", (form, name)


async def test_a_new_prose_field_of_nanning_is_its_pack_and_two_lines(database_url: str, tmp_path: Path) -> None:
    """With no other change it is demanded, documented, taken by the form and its supplement, and shown."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules", ignore=shutil.ignore_patterns("__pycache__"))
    add(
        tmp_path / "rules/fields.py",
        (
            "        # what a body decides\n",
            '        Field("deletion", Kind.PROSE, "数据删除安排", "deletion of the data"),\n',
        ),
    )
    add(
        tmp_path / "rules/vocabulary.py",
        (
            '        Asked("tender_reference"),\n'
            '        Asked("discovered_on", "the day on which it came to be known"),',
            '        Asked("deletion", "how and when"),\n',
        ),
    )
    add(
        tmp_path / "rules/packs/nanning.yaml",
        (
            "      data_items:\n        label: {zh: 申请数据项, en: Data items}\n",
            "      deletion:\n        label: {zh: 数据删除安排, en: Deletion of the data}\n"
            '        versions: [{in_force_from: 2020-12-23, value: {required: true}, cite: "measures 20(1)"}]\n',
        ),
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.api.filing_a_new_field", database_url, str(tmp_path)),
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}", "TEMPORAL_ADDRESS": "127.0.0.1:1"},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    told = json.loads(out)

    assert told["vocabulary"] == str(tmp_path / "rules/vocabulary.py")
    assert told["documented"] == "how and when"
    assert told["without"] == [["deletion", "field_required"]]
    assert told["shown"] == "All copies within ten days of the last use"
    assert told["supplement"] == [202, 422]


def add(file: Path, *added: tuple[str, str]) -> None:
    """Puts each text before the place that is named."""
    text = file.read_text(encoding="utf-8")
    for place, new in added:
        assert text.count(place) == 1, place
        text = text.replace(place, new + place)
    file.write_text(text, encoding="utf-8")
