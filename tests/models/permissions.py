"""Who may do what to a task, tried act by act: `python -m tests.models.permissions > docs/permissions.md` writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from models import acts as a
from models import events as e
from models.act_contents import Measure
from models.restrictions import RestrictionKind
from tests.models.bench import (
    BOTH_SIGN,
    MONDAY,
    PARTY,
    STRANGER,
    WHATEVER_IS_ASKED,
    Bench,
    filed,
    objected,
    until_signing,
)

HEAD = """# Who may do what

Generated: `python -m tests.models.permissions > docs/permissions.md`. Each cell is tried on the law itself
(`models/judging.py`), in Nanning, whose procedure has every kind of act; `tests/models/test_permissions.py` compares.
A dash stands for *accepted*. What an outcome must come with (reasons, bases, references) is a matter of the pack and is
given here. Who may see a case at all is decided before, by the API.
"""

OFFICER = a.Actor(account="acc_officer", body="nanning.provider")
COLLEAGUE = a.Actor(account="acc_colleague", body="nanning.provider")
WHO: Mapping[str, a.Actor] = {
    "officer of the body": OFFICER,
    "officer of another body": a.Actor(account="acc_elsewhere", body="nanning.operator"),
    "supervisor": a.Actor(account="acc_supervisor", body="nanning.authority"),
    "applicant": PARTY,
    "officer who is the applicant": a.Actor(account=PARTY.account, body="nanning.provider"),
    "another party": STRANGER,
}

ITS_OWN_SUPERVISOR = "supervisor of the body"
WHO_SUPERVISES = {**WHO, ITS_OWN_SUPERVISOR: a.Actor(account="acc_its_own", body="nanning.provider")}
"""Who may take a task from an officer is asked of one more."""


def lying_before_the_provider() -> Bench:
    return filed("nanning").all_decide([("formal_review", "pass")])


def claimed_by(officer: a.Actor) -> Bench:
    bench = lying_before_the_provider()
    bench.on("provider_review", a.Claim, by=officer)
    return bench


def lapsed() -> Bench:
    """The colleague who had claimed it serves the provider no more."""
    bench = claimed_by(COLLEAGUE)
    bench.on("provider_review", a.LapseClaim, by=a.Actor(account="directory"), officer=COLLEAGUE.account)
    return bench


def with_a_supplement_asked() -> Bench:
    bench = lying_before_the_provider()
    bench.on("provider_review", a.AskSupplement, by=OFFICER)
    return bench


def cancelled() -> Bench:
    """The operator took its decision back before the provider had acted."""
    bench = lying_before_the_provider()
    bench.correct("formal_review", "return")
    return bench


def withdrawn(bench: Bench) -> Bench:
    bench.by_party(a.Withdraw)
    return bench


def whether_to_suspend(*decisions: tuple[str, str]) -> Bench:
    """An objection with evidence, whose data is held until the provider says whether it stays so."""
    return objected("nanning", "privacy", evidence=("file-1",)).all_decide(decisions)


def asked_whether_to_suspend(kind: type[a.TaskAct], by: a.Actor = OFFICER) -> Bench:
    bench = whether_to_suspend()
    bench.on("suspension", kind, by=by)
    return bench


REVIEW: Mapping[str, Callable[[], Bench]] = {
    "open": lying_before_the_provider,
    "claimed by the same": lambda: claimed_by(OFFICER),
    "claimed by a colleague": lambda: claimed_by(COLLEAGUE),
    "claim of a colleague lapsed": lapsed,
    "supplement asked": with_a_supplement_asked,
    "done": lambda: lying_before_the_provider().all_decide([("provider_review", "agree")]),
    "cancelled": cancelled,
    "case closed": lambda: withdrawn(lying_before_the_provider()),
}
HELD = e.RestrictionMet(at=MONDAY, by_case="another", restriction=RestrictionKind.HOLD)
"""A grant whose data is held back waits, signed by both."""
SIGNATURE: Mapping[str, Callable[[], Bench]] = {
    "open": lambda: until_signing("nanning").all_decide([("provider_signature", "sign")]),
    "done": lambda: until_signing("nanning", met=[HELD]).all_decide(BOTH_SIGN),
    "case closed": lambda: until_signing("nanning").all_decide(BOTH_SIGN),
}

SUSPENSION: Mapping[str, Callable[[], Bench]] = {
    "open": whether_to_suspend,
    "claimed by the same": lambda: asked_whether_to_suspend(a.Claim),
    "claimed by a colleague": lambda: asked_whether_to_suspend(a.Claim, COLLEAGUE),
    "supplement asked": lambda: asked_whether_to_suspend(a.AskSupplement),
    "done": lambda: whether_to_suspend(("suspension", "suspend")),
    "declined": lambda: whether_to_suspend(("suspension", "keep_open")),
    "cancelled": lambda: whether_to_suspend(("verification", "process")),
    "case closed": lambda: whether_to_suspend(("verification", "restore")),
}

TO_A_COLLEAGUE = {"to": COLLEAGUE.account, "to_body": COLLEAGUE.body}
ON_THE_REVIEW: Mapping[str, tuple[type[a.ReceivedAct], Mapping[str, Any]]] = {
    "claim": (a.Claim, {}),
    "release": (a.Release, {}),
    "reassign": (a.Reassign, TO_A_COLLEAGUE),
    "hand over what a colleague has": (a.HandOver, {"officer": COLLEAGUE.account}),
    "decide": (a.Decide, {"outcome": "agree", "given": WHATEVER_IS_ASKED}),
    "correct": (a.Correct, {"outcome": "refuse", "given": WHATEVER_IS_ASKED}),
    "urge": (a.Urge, {}),
    "ask for a supplement": (a.AskSupplement, {}),
    "ask for an opinion": (a.AskOpinion, {}),
    "supply": (a.Supply, {}),
    "withdraw": (a.Withdraw, {}),
    "note": (a.Note, {}),
}
ON_THE_SIGNATURE: Mapping[str, tuple[type[a.ReceivedAct], Mapping[str, Any]]] = {
    "decide": (a.Decide, {"outcome": "sign"}),
    "correct": (a.Correct, {"outcome": "sign"}),
    "ask for a supplement": (a.AskSupplement, {}),
    "ask for an opinion": (a.AskOpinion, {}),
    "withdraw": (a.Withdraw, {}),
}
ON_THE_SUSPENSION: Mapping[str, tuple[type[a.ReceivedAct], Mapping[str, Any]]] = {
    "claim": (a.Claim, {}),
    "release": (a.Release, {}),
    "reassign": (a.Reassign, TO_A_COLLEAGUE),
    "decide": (a.Decide, {"outcome": "keep_open", "given": WHATEVER_IS_ASKED}),
    "suspend single items": (
        a.Decide,
        {"outcome": "suspend", "given": WHATEVER_IS_ASKED, "measure": Measure(data_items=("name",))},
    ),
    "correct": (a.Correct, {"outcome": "suspend", "given": WHATEVER_IS_ASKED}),
    "ask for a supplement": (a.AskSupplement, {}),
    "ask for an opinion": (a.AskOpinion, {}),
    "supply": (a.Supply, {}),
    "submit evidence": (a.SubmitEvidence, {"evidence": ("file-2",)}),
    "take up the suspension again": (a.ReviewSuspension, {}),
    "withdraw": (a.Withdraw, {}),
    "note": (a.Note, {}),
}


def answer(bench: Bench, stage: str, who: str, kind: type[a.ReceivedAct], more: Mapping[str, Any]) -> str:
    of_task = {"task_id": bench.task(stage).task_id} if issubclass(kind, a.TaskAct) else {}
    supervises = {"supervises": who.startswith("supervisor")}
    supervising: dict[str, Any] = supervises if kind in (a.Reassign, a.HandOver) else {}
    if kind is a.Urge:
        supervising = {"roles": frozenset({"supervisor" if who == "supervisor" else "reviewer"})}
    code = bench.judged(bench.act(kind, WHO_SUPERVISES[who], **of_task, **more, **supervising))
    return "-" if code == "accepted" else code


def table(
    stage: str,
    states: Mapping[str, Callable[[], Bench]],
    acts: Mapping[str, tuple[type[a.ReceivedAct], Mapping[str, Any]]],
) -> Iterator[str]:
    yield f"| act | who | {' | '.join(states)} |"
    yield f"| --- | --- |{' --- |' * len(states)}"
    for name, (kind, more) in acts.items():
        for who in WHO_SUPERVISES if kind in (a.Reassign, a.HandOver) else WHO:
            cells = [answer(made(), stage, who, kind, more) for made in states.values()]
            yield f"| {name} | {who} | {' | '.join(cells)} |"


def page() -> str:
    """The whole page, as it is committed."""
    return "\n".join(
        [
            HEAD,
            "## A task before a body (the provider's review)\n",
            *table("provider_review", REVIEW, ON_THE_REVIEW),
            "\n## A task before the applicant (the signature)\n",
            *table("applicant_signature", SIGNATURE, ON_THE_SIGNATURE),
            "\n## A task in an objection (whether to suspend); the applicant is the objector\n",
            *table("suspension", SUSPENSION, ON_THE_SUSPENSION),
            "",
        ]
    )


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201  # the command writes the page to where it is sent
