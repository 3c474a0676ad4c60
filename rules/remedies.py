"""Where to go after a refusal (救济途径), in the one sentence that answer, page, paper and message have alike. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rules.articles import article_label, of_another
from rules.pinned import Label, RemedyRule
from rules.procedure_rules import ProcedureRules

IN_GENERAL = Label(
    zh="◇服务规则：本市规定未写明救济途径，以上依全国性法律。",
    en=" ◇ Service rule: the regulation of the city names no remedy; this is by laws of the whole country.",
)


def sentence(rules: ProcedureRules, outcome: str | None) -> Label | None:
    """What whoever was refused is told, marked where it is by general law alone; None where nothing was refused, or the
    rules were pinned before packs named remedies."""
    return against(rules, rules.remedies_against(outcome))


def against(rules: ProcedureRules, remedies: Sequence[RemedyRule]) -> Label | None:
    """The same of these remedies; None where there are none."""
    if not remedies:
        return None
    ways = [cited(rules, each) for each in remedies]
    mark = IN_GENERAL if all(is_general(rules, each) for each in remedies) else Label(zh="", en="")
    zh, en = "，也可以".join(each.zh for each in ways), ", or ".join(each.en for each in ways)
    return Label(
        zh=f"对此不服的，可以{zh}；法律另有规定的，从其规定。{mark.zh}",
        en=f"Whoever does not accept this may {en}, unless another law says otherwise.{mark.en}",
    )


def cited(rules: ProcedureRules, remedy: RemedyRule) -> Label:
    """One way with its law and article."""
    law = next((each for each in rules.regulations if each.source == remedy.citation.source), rules.regulation)
    article, also = article_label(remedy.citation.own_article), [of_another(each) for each in remedy.citation.also]
    zh = "、".join((f"《{law.title.zh}》{article.zh}", *(each.zh for each in also)))
    en = " and ".join((f"{law.title.en}, {article.en}", *(each.en for each in also)))
    return Label(zh=f"{remedy.says.zh}（{zh}）", en=f"{remedy.says.en} ({en})")


def is_general(rules: ProcedureRules, remedy: RemedyRule) -> bool:
    """Whether it is by another law than the city's own."""
    return remedy.citation.source != rules.regulation.source
