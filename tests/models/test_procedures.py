"""What each procedure declares, tried over all of them."""

from __future__ import annotations

import ast
from dataclasses import MISSING, fields
from typing import Any

import pytest

from models import acts as a
from models.procedure import FiledFor, JudgedBy, PartyIsTold, Procedure
from models.procedures import ANSWERS_NOTHING, BY_NAME, PROCEDURES
from models.procedures.access import ACCESS
from models.proposal import Proposal
from models.refusals import ProcedureKnowsNoSuchAct
from models.state import CaseState
from rules import procedure_names
from rules.loading import cities, load_pack
from tests.models.bench import BOTH_SIGN, MONDAY, PARTY, accessed, filed, until_signing
from tests.rooms import ROOMS, ROOT

NAMES = {name: value for name, value in vars(procedure_names).items() if name.isupper() and isinstance(value, str)}
MOVES_NOTHING = {
    *("claim", "release", "reassign", "lapse_claim", "hand_over", "entrust", "urge", "note", "issue_key"),
    *("record_use", "inspect"),
}
STOPS_DATA = {"objection", "access", "misuse", "misuse_appeal"}
"""What happens in them waits for no machine but PostgreSQL."""


def kind_of(act: type[a.ReceivedAct]) -> str:
    kind: str = act.model_fields["kind"].default
    return kind


@pytest.mark.parametrize("act", a.KINDS, ids=kind_of)
@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda each: each.name)
def test_acts_that_move_nothing_or_stop_data_are_judged_by_their_receipt(
    procedure: Procedure, act: type[a.ReceivedAct]
) -> None:
    if kind_of(act) in MOVES_NOTHING:
        assert procedure.judged_by(act) is JudgedBy.RECEIPT_ALONE
    elif procedure.name in STOPS_DATA:
        assert procedure.judged_by(act) is JudgedBy.RECEIPT
    else:
        assert procedure.judged_by(act) is JudgedBy.ENGINE


def test_no_act_that_its_receipt_judges_alone_answers_a_task() -> None:
    assert set(ANSWERS_NOTHING) == MOVES_NOTHING


def test_a_procedure_has_no_field_with_a_silent_default() -> None:
    assert all(field.default is field.default_factory is MISSING for field in fields(Procedure))


def test_every_name_of_a_procedure_is_that_of_a_procedure_that_runs() -> None:
    assert set(NAMES.values()) == set(BY_NAME)
    assert [NAMES[each.name.upper()] for each in PROCEDURES] == [each.name for each in PROCEDURES]


def test_no_two_procedures_share_a_name_or_a_code() -> None:
    assert len(BY_NAME) == len({each.code for each in PROCEDURES}) == len(PROCEDURES)


@pytest.mark.parametrize("city", cities())
def test_a_pack_describes_no_procedure_that_the_system_does_not_run(city: str) -> None:
    assert set(load_pack(city).procedures) <= set(BY_NAME)


def test_what_is_filed_for_a_body_is_nobodys_own() -> None:
    own = {
        (each.name, dataset): each.is_the_partys_own(CaseState(dataset_id=dataset))
        for each in PROCEDURES
        for dataset in ("", "nanning-transport-lines")
    }
    assert {each.name for each in PROCEDURES if each.filed_for is FiledFor.A_BODY} == {
        "catalogue_update",
        "evaluation",
        "improvement",
        "opening_elsewhere",
        "opening_focus",
        "opening_plan",
        "rectification",
        "account_change",
        "contact_change",
    }
    assert {key for key, is_own in own.items() if not is_own} == {
        ("catalogue_update", ""),
        ("catalogue_update", "nanning-transport-lines"),
        ("rectification", ""),
        ("rectification", "nanning-transport-lines"),
        *(
            (name, dataset)
            for name in (
                "opening_focus",
                "opening_plan",
                "evaluation",
                "improvement",
                "account_change",
                "contact_change",
                "opening_elsewhere",
            )
            for dataset in ("", "nanning-transport-lines")
        ),
        ("leak", ""),
    }


FROM_ANOTHER: dict[type[a.ReceivedAct], dict[str, Any]] = {
    a.Restrict: {"by_case": "another", "restriction": "hold", "data_items": (), "since": MONDAY},
    a.ChangeEntry: {"by_case": "another", "openness": "conditional", "data_items": ("name",)},
}
"""What a case learns of another, where it concerns it."""


@pytest.mark.parametrize("act", FROM_ANOTHER, ids=kind_of)
@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda each: each.name)
def test_a_procedure_takes_acts_that_concern_it_and_refuses_all_others(
    procedure: Procedure, act: type[a.ReceivedAct]
) -> None:
    bench = accessed(until_signing("nanning").all_decide(BOTH_SIGN)) if procedure is ACCESS else filed("nanning")
    made = bench.act(act, PARTY, **FROM_ANOTHER[act])
    if act in procedure.concerned_by:
        procedure.answer(bench.rules, Proposal(bench.state), made)
    else:
        with pytest.raises(ProcedureKnowsNoSuchAct):
            procedure.answer(bench.rules, Proposal(bench.state), made)


def test_the_party_waits_for_data_only_in_procedures_that_learn_of_it() -> None:
    waits = {each.name for each in PROCEDURES if PartyIsTold.DATA in each.party_is_told}
    assert waits == {each.name for each in PROCEDURES if a.ChangeEntry in each.concerned_by}


SPELL_THEM = {"pages", "stack", "cli", "migrations"}
"""Rooms of which nobody asks it yet: what they spell is for people, or was so at a migration."""


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in SPELL_THEM])
def test_a_name_of_a_procedure_is_spelled_in_one_file(room: str) -> None:
    # Names of one word are names of fields and answers too.
    telling = {name for name in BY_NAME if "_" in name}
    spelled = {
        str(file.relative_to(ROOT))
        for file in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in telling
    }
    assert spelled == ({"rules/procedure_names.py"} if room == "rules" else set())
