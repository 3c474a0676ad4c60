"""What a body files of itself: its accounts of the platform (平台账户), and its contact for it (联系人)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from activities.record.filings import Filing
from api.acting.filing import Filer, judge, rules_at
from api.acting.forms.filing import AccountForm, ContactForm
from api.acting.refusals import refused_before_receipt
from models import who_may_act
from reading.cases.shapes import CaseShown
from reading.directory.filed import has_named_a_contact
from reading.sight import Caller
from rules.admissibility import chosen
from rules.procedure_names import ACCOUNT_CHANGE, CONTACT_CHANGE
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import CONTACT_FILING

ACCOUNTS, CONTACTS = "/v1/account-changes", "/v1/contact-changes"
FormOfABody = AccountForm | ContactForm
FIRST, CHANGE = "first", "change"
"""What a contact is for its body: the first one, or another in the place of the one on file."""


async def receive_filing(filer: Filer, caller: Caller, form: FormOfABody, key: str) -> CaseShown:
    """The case in which a body asks for an account, for a change or the end of one, or says who its contact is from now
    on. Raises a Problem."""
    bodies = of_the_case(await filer.bodies(form.city), form.city, caller)
    stated = form.stated()
    found = {CONTACT_FILING: CHANGE if await has_named_a_contact(filer.store, caller.body or "") else FIRST}

    def received(at: datetime) -> Filing:
        rules = judge_filing(form, at, caller, bodies)
        return Filing(
            rules=rules,
            party=caller.account_id,
            dataset_id="",
            bodies=rules.with_a_part(bodies),
            data_items=(),
            choices=chosen(rules, stated) | {name: how for name, how in found.items() if name in rules.choices},
            given=frozenset(stated),
        )

    procedure, path = of_the_form(form)
    return await filer.receive(filer.case_id(path, key), procedure, form.said(), received)


def judge_filing(form: FormOfABody, at: datetime, caller: Caller, bodies: Mapping[str, str]) -> ProcedureRules:
    """The rules under which it is received. Raises a Problem that names every reason why it cannot be."""
    rules = rules_at(form.city, of_the_form(form)[0], at)
    with refused_before_receipt():
        who_may_act.lets_file(rules, caller.roles, caller.body, bodies)
    judge(rules, form.stated(), None, at)
    return rules


def of_the_form(form: FormOfABody) -> tuple[str, str]:
    """The procedure that a form begins, and the address at which it is filed."""
    return (CONTACT_CHANGE, CONTACTS) if isinstance(form, ContactForm) else (ACCOUNT_CHANGE, ACCOUNTS)


def of_the_case(of_the_city: Mapping[str, str], city: str, caller: Caller) -> dict[str, str]:
    """The bodies of the case: those of the city, and the caller's own in the place of its role, of which the city may
    have many."""
    return {**of_the_city, **caller.by_role_in(city)}
