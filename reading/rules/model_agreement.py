"""The model of the agreement (示范文本) that both sign, as anybody reads it before there is a case."""

from __future__ import annotations

from datetime import date

from reading.cases.agreement import AgreementPart, ClauseShown
from reading.shape import RuleNamed, Shape
from reading.words.language import Language
from reading.words.law import Law
from rules.agreement import BLANK, AgreementRule, filled
from rules.by_class import agreement_of_class
from rules.loading import load_pack
from rules.pinned import Basis, Label
from rules.procedure_names import ACCESS_REQUEST
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, governing

OF_THE_CASE = {
    "case_number": Label(zh="申请编号", en="number of the request"),
    "provider": Label(zh="数据提供单位", en="provider of the data"),
    "operator": Label(zh="平台管理机构", en="operator of the platform"),
    "applicant": Label(zh="申请人", en="applicant"),
    "dataset": Label(zh="数据集", en="dataset"),
    "data_items": Label(zh="数据项", en="data items"),
    "access_mode": Label(zh="获取方式", en="access mode"),
    "valid_days": Label(zh="天数", en="number of days"),
    "use": Label(zh="使用类别", en="kind of use"),
    "daily_calls": Label(zh="次数", en="number of calls"),
    "report_days": Label(zh="间隔天数", en="number of days between reports"),
    "conditions": Label(zh="使用条件和要求", en="conditions and requirements of use"),
}
"""What stands in a blank that no field of the form names."""


class ModelAgreementShown(Shape):
    """The text with what comes into each blank named in it. `examined_on` is the day on which a lawyer of the city
    found it good, null while none has."""

    city: str
    on: date
    title: str
    version: str
    examined_on: date | None
    rule: RuleNamed
    parts: list[AgreementPart]

    @property
    def notes(self) -> list[str]:
        """The service rules that clauses follow, each once."""
        clauses = (clause.rule for part in self.parts for clause in part.clauses)
        return list(dict.fromkeys(rule.note or rule.text for rule in clauses if rule.basis is Basis.SERVICE))


def model_agreement(rules: ProcedureRules, on: date, language: Language) -> ModelAgreementShown | None:
    """The model by the rules of a day; None where what they grant is signed without a text."""
    return text_shown(rules, rules.agreement, on, language) if rules.agreement else None


def text_of_class(city: str, openness: str, on: date, language: Language) -> ModelAgreementShown | None:
    """The text of a class of openness by the law of a day; None where the city has none of it, or no law."""
    pack = load_pack(city)
    try:
        text = agreement_of_class(pack, openness, on)
        return text_shown(governing(pack, ACCESS_REQUEST, on), text, on, language) if text else None
    except NotInForce:
        return None


def text_shown(rules: ProcedureRules, text: AgreementRule, on: date, language: Language) -> ModelAgreementShown:
    law = Law(rules, language)
    return ModelAgreementShown(
        city=rules.city,
        on=on,
        title=law.say(text.title),
        version=text.version,
        examined_on=text.examined_on,
        rule=law.named(text.citation),
        parts=[
            AgreementPart(
                heading=law.say(part.heading),
                clauses=[
                    ClauseShown(number=each.number, text=law.say(each.text), rule=law.named(each.citation))
                    for each in part.clauses
                ],
            )
            for part in filled(text, named_blanks(rules, text))
        ],
    )


def named_blanks(rules: ProcedureRules, rule: AgreementRule) -> dict[str, Label]:
    """Each blank of the text with its name between brackets: as the form of the request calls it, or the case."""
    texts = (clause.text.zh for part in rule.parts for clause in part.clauses)
    blanks = {name for text in texts for name in BLANK.findall(text)}
    fields = {field.field: field.label for field in rules.fields}
    return {name: in_brackets({**fields, **OF_THE_CASE}[name]) for name in blanks}


def in_brackets(label: Label) -> Label:
    return Label(zh=f"〔{label.zh}〕", en=f"[{label.en}]")
