"""What bodies declare outside every procedure (登记), what is taken down of it, and whether a user is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from activities.declarations import Declaration, TakenDown, declare, let_be_named, take_down
from activities.idempotency import id_from_key
from activities.tables.catalogue import DatasetRow
from activities.tables.declarations import DeclarationRow
from activities.tables.gate import GrantRow
from api.acting.forms.form import Form
from api.acting.refusals import refused_before_receipt
from api.http.known import known
from api.http.problems import Problem, Wrong, invalid, wrongs
from api.runtime import Runtime
from models.refusals import NotYourCase
from reading.catalogue import questions as catalogue
from reading.declarations import questions
from reading.declarations.shown import Reader, declaration_shown, rule_of
from reading.declarations.sight import is_no_affair_of_its_own, must_declare, must_take_down, speaks_of_its_own
from reading.directory import questions as directory
from reading.grants.questions import delegates_of
from reading.sight import Caller
from reading.store import Store
from reading.words.law import law_of
from rules.bounds import LONGEST_CODE, Code, Prose, Something
from rules.deadlines import to_shanghai
from rules.declarations import SAYS, DeclarationRule
from rules.loading import CityUnknown, cities, load_pack

PATH = "/v1/declarations"
MOST_DATASETS = 50
MOST_SAID = 50

Named = Annotated[str, StringConstraints(max_length=LONGEST_CODE, pattern=r"^[a-z][a-z0-9_]*$")]


class DeclarationForm(Form):
    """What a body declares: a kind of the city's, about which datasets, under whose grant if it is about the use of
    one, by its number, whose use it is if a delegate of that grant used it, by its login, and what it says by the names
    of the rule."""

    city: Code
    kind: Code
    dataset_ids: Annotated[tuple[Code, ...], Field(max_length=MOST_DATASETS)] = ()
    grant: Code | None = None
    delegate: Code | None = None
    says: Annotated[dict[Named, Prose], Field(max_length=MOST_SAID)]


class TakingDownForm(Form):
    """Why a declaration is taken down."""

    reason: Something


class NamingForm(Form):
    """Whether the user lets himself be named."""

    named: bool


async def declare_for_body(runtime: Runtime, store: Store, caller: Caller, form: DeclarationForm, key: str) -> str:
    """The declaration is on record; its id. Raises a Problem that names every reason why it cannot be."""
    rule = await rule_for(store, form.city, form.kind)
    with refused_before_receipt():
        body = must_declare(caller, rule, form.city)
    datasets = [await _dataset(store, form.city, each) for each in dict.fromkeys(form.dataset_ids)]
    with refused_before_receipt():
        speaks_of_its_own(caller, [each.provider for each in datasets])
    grant = await _grant(store, rule, form.grant, datasets)
    delegate = await _delegate(store, grant, form.delegate)
    parties = [each for each in (grant.party if grant else None, delegate) if each]
    with refused_before_receipt():
        is_no_affair_of_its_own(caller, parties, "grant")
    on = to_shanghai(await store.now()).date()
    if found := [*rule.wrong_with_number(len(datasets)), *rule.wrong_with(form.says, on)]:
        raise Problem("Inadmissible", errors=wrongs(found, law_of(form.city, on, "zh").rules))
    for each in parties:
        await _names_nobody(store, each, form.says)
    declaration = Declaration(
        declaration_id=id_from_key(caller.account_id, PATH, key),
        city=form.city,
        kind=form.kind,
        body=body,
        account_id=caller.account_id,
        dataset_ids=[each.dataset_id for each in datasets],
        grant_case_id=grant.case_id if grant else None,
        delegate=delegate,
        user=parties[-1] if parties else None,
        says={name: text.strip() for name, text in form.says.items() if text.strip()},
        said=form.said(),
    )
    await store.release()
    await declare(runtime.pool, runtime.clock, declaration)
    return declaration.declaration_id


async def rule_for(store: Store, city: str, kind: str) -> DeclarationRule:
    """The rule by which that is declared in a city today. Raises a Problem where there is none."""
    try:
        pack = load_pack(city)
    except CityUnknown as fact:
        raise invalid("city", "city_unknown", given=city, known=tuple(cities())) from fact
    rule = DeclarationRule.of(pack, kind, to_shanghai(await store.now()).date())
    if rule is None:
        raise invalid("kind", "not_declared", given=kind, known=tuple(pack.declarations))
    return rule


async def _dataset(store: Store, city: str, dataset_id: str) -> DatasetRow:
    dataset = await catalogue.dataset_of(store, city, dataset_id)
    if dataset is None:
        raise invalid("dataset_ids", "dataset_unknown")
    return dataset


async def _grant(
    store: Store, rule: DeclarationRule, number: str | None, datasets: Sequence[DatasetRow]
) -> GrantRow | None:
    """The grant that is named, on one of the datasets."""
    if number is None:
        return None
    if not rule.names_a_user:
        raise invalid("grant", "about_no_grant")
    grant = await questions.grant_named(store, number)
    if grant is None or grant.dataset_id not in {each.dataset_id for each in datasets}:
        raise invalid("grant", "grant_on_none_of_these")
    return grant


async def _delegate(store: Store, grant: GrantRow | None, login: str | None) -> str | None:
    """The account of that login, which uses or used the grant for its holder. Raises a Problem."""
    if login is None:
        return None
    account = await directory.account(store, login)
    used_it = account is not None and grant is not None and account.account_id in await delegates_of(store, grant)
    if account is None or not used_it:
        raise invalid("delegate", "no_delegate_of_it")
    return account.account_id


async def _names_nobody(store: Store, user: str, says: Mapping[str, str]) -> None:
    """What is said does not name the user: he alone decides that. Raises a Problem."""
    account = (await directory.accounts(store, [user])).get(user)
    if account is None:
        return
    names = {each.casefold() for each in (*account.name.values(), account.login, account.organisation or "")} - {""}
    naming = [name for name, text in says.items() if any(each in text.casefold() for each in names)]
    if naming:
        raise Problem("Inadmissible", errors=[Wrong(f"{SAYS}.{name}", "names_the_user") for name in naming])


async def take_down_for_body(
    runtime: Runtime, store: Store, caller: Caller, declaration_id: str, form: TakingDownForm
) -> None:
    """It is public no longer, and why is; the same again changes nothing. Raises a Problem."""
    await _must_know(store, caller, declaration_id)
    row = known(await questions.declaration(store, declaration_id))
    rule = known(rule_of(row))
    with refused_before_receipt():
        body = must_take_down(caller, rule, row.city, row.body)
        is_no_affair_of_its_own(caller, await _parties(store, row), "declaration_id")
    await store.release()
    try:
        await take_down(runtime.pool, runtime.clock, declaration_id, caller.account_id, body, form.reason)
    except TakenDown as fact:
        raise Problem("DeclarationTakenDown") from fact


async def name_user(runtime: Runtime, store: Store, caller: Caller, declaration_id: str, form: NamingForm) -> None:
    """Whoever used the data under the grant is named from now on, or no longer; the same again changes nothing. Raises
    a Problem."""
    await _must_know(store, caller, declaration_id)
    row = known(await questions.declaration(store, declaration_id))
    with refused_before_receipt():
        if [caller.account_id] != (await _parties(store, row))[-1:]:
            raise NotYourCase
    await store.release()
    await let_be_named(runtime.pool, runtime.clock, declaration_id, caller.account_id, form.named)


async def _parties(store: Store, row: DeclarationRow) -> list[str]:
    """Whose grant it names, and last whoever used it; none where none is named."""
    found = await questions.holders_of(store, [row.grant_case_id] if row.grant_case_id else [])
    return [party for _, party in found.values()] + ([row.delegate] if row.delegate else [])


async def _must_know(store: Store, caller: Caller, declaration_id: str) -> None:
    """Raises a Problem where the caller may not know of the declaration."""
    known(await declaration_shown(store, Reader(caller, "zh"), declaration_id))
