"""My cases, one case, its log; and what is done on the page of a case: taken back, noted, shown by evidence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date

from starlette.responses import Response

from api.acting import applying
from api.acting.answering import InTheAnswerAlone
from api.acting.forms.deciding import NoteForm
from api.acting.forms.filing import ChoiceForm, EvidenceForm, WithdrawalForm
from api.acting.receiving import ActShown, Receiver, shown_act
from api.acting.refusals import refused_before_receipt
from api.http.known import known
from api.http.problems import Problem, invalid
from models.objecting import takes_evidence
from pages.addresses import without_language
from pages.calls import Call, deed, has_opened, page
from pages.cases.log import in_words
from pages.cases.now import is_party, now_of
from pages.cases.stated import Speaking, filed_in, reasons_in
from pages.cases.taken import taken_of
from pages.forms.fields import Field
from pages.forms.filled import parsed, stated
from pages.forms.kinds import Kind
from pages.forms.trying import REFUSED, Asked, problem_with, shown_again
from pages.routes.filing import case_numbered, key_of, new_key, with_files_kept
from pages.tables import as_table
from reading.cases import mine
from reading.cases import questions as cases
from reading.cases.lists import event_page
from reading.cases.questions import CasesSought
from reading.cases.reckoned import reckoned
from reading.cases.shapes import CaseShown
from reading.catalogue.shown import dataset_now
from reading.directory import questions as directory
from reading.objections.questions import evidence_readable
from reading.tables.lists import case_table
from reading.tables.record import event_table
from reading.words.language import said
from reading.words.law import Law

A_PAGE = 20
EVENTS = 100
CHOOSE = "choose"
Deed = Callable[[Call, Receiver, CaseShown, Mapping[str, object]], Awaitable[ActShown]]


async def my_cases(call: Call) -> Response:
    """What waits for me, what is in hand, what is over."""
    caller = call.must_have("applicant")
    cursor = call.asked("cursor")
    still_open = await mine.open_cases(call.store, caller, call.language)
    closed = await mine.closed_cases(call.store, caller, call.language, cursor, A_PAGE)
    here = call.path("my_cases")
    return call.page(
        "my_cases.html",
        waiting=[each for each in still_open if each.waits_for_me],
        open=[each for each in still_open if not each.waits_for_me],
        closed=closed.items,
        next=f"{here}?cursor={closed.next}" if closed.next else None,
        first=here if cursor else None,
    )


async def my_cases_csv(call: Call) -> Response:
    """All of them, as a table."""
    caller = call.must_have("applicant")
    wanted = CasesSought(party=caller.account_id)
    return await as_table(call, "my-cases", case_table(call.runtime, caller, call.language, wanted))


async def speaking_of(call: Call, shown: CaseShown) -> Speaking:
    """The law of a case and its dataset, by which its codes have names."""
    law = Law(await call.store.rules(shown.rules.digest), call.language)
    dataset = None
    if shown.dataset_id:
        dataset = await dataset_now(call.store, call.caller, call.language, shown.dataset_id)
    return Speaking(law, dataset)


async def case(call: Call) -> Response:
    """One case, for its party and for officers with a part in it."""
    shown = await case_numbered(call)
    await has_opened(call, shown.case_number)
    return await case_page(call, shown, {})


async def case_page(call: Call, shown: CaseShown, forms: Mapping[str, Asked]) -> Response:
    """The page of a case; `forms` are those of it that were sent and come back with problems, by their act."""
    speaking = await speaking_of(call, shown)
    days = await reckoned(call.store, call.language, shown.case_id) if shown.status == "open" else []
    now = now_of(call, speaking.law, shown, days)
    possible = {each.act for each in shown.possible} | ({CHOOSE} if now.choice else set())
    blank = {name: Asked(fields(call)) for name, (fields, _, _) in DEEDS.items() if name in possible}
    caller = call.must_be_logged_in()
    has_evidence = bool(shown.objection and shown.objection.evidence)
    return call.page(
        "case.html",
        status=max((asked.status for asked in forms.values()), default=200),
        case=shown,
        law=speaking.law,
        rules_since=date.fromisoformat(shown.rules.version),
        dataset=speaking.dataset,
        now=now,
        is_party=is_party(call, shown),
        taken=taken_of(speaking, shown),
        filed=filed_in(speaking, shown),
        reasons=reasons_in(speaking, shown),
        reads_evidence=await evidence_readable(call.store, caller, shown.case_id) if has_evidence else (),
        restricted=[(each, speaking.items(each.data_items)) for each in (shown.data.kept_back if shown.data else ())],
        forms={**blank, **forms},
        sent=frozenset(forms),
        key=new_key(),
    )


async def log(call: Call) -> Response:
    """Every event in words."""
    caller = call.must_be_logged_in()
    shown = await case_numbered(call)
    cursor = call.asked("cursor")
    events = known(await event_page(call.store, caller, shown.case_id, cursor, EVENTS))
    speaking = await speaking_of(call, shown)
    names = await names_of(call, (each.by_login for each in events.items))
    here = call.path("case_log", number=shown.case_number)
    return call.page(
        "case_log.html",
        case=shown,
        title=speaking.dataset.title if speaking.dataset else shown.procedure_label,
        events=[
            in_words(call.words, speaking, shown, each, names, names_officers=not is_party(call, shown))
            for each in events.items
        ],
        next=f"{here}?cursor={events.next}" if events.next else None,
        first=here if cursor else None,
    )


async def log_csv(call: Call) -> Response:
    """All of the log, as the caller may read it, as a table."""
    caller, shown = call.must_be_logged_in(), await case_numbered(call)
    return await as_table(call, "log", event_table(call.runtime, caller, call.language, shown.case_id))


async def names_of(call: Call, logins: Iterable[str | None]) -> dict[str, str]:
    """What the accounts of these logins are called, in the language of the page."""
    found = await directory.names_by_login(call.store, logins)
    return {login: said(name, call.language) for login, name in found.items()}


def receiver_of(call: Call, key: str, of: str = "") -> Receiver:
    """Receives what this form does, once for its key; `of` distinguishes what the forms of one page do, which have one
    key and are sent to one address."""
    caller = call.must_be_logged_in()
    path = without_language(call.request).partition("?")[0] + of
    return Receiver(call.runtime, call.store, caller, call.language, path, key, InTheAnswerAlone())


async def do_to_case(call: Call) -> Response:
    """A form of the page of a case: which of them, its field `act` says."""
    call.must_have("applicant", "reviewer", "supervisor")
    shown = await case_numbered(call)
    form = await call.request.form()
    name = str(form.get("act", ""))
    if name not in DEEDS:
        raise Problem("NotFound")
    fields_of, done, said_after = DEEDS[name]
    fields, key = fields_of(call), key_of(form)
    try:
        form = await with_files_kept(call, form, key)
        act = await done(call, receiver_of(call, key, f"/{name}"), shown, stated(form, fields))
    except REFUSED as error:
        return await case_page(call, shown, {name: shown_again(call, form, fields, problem_with(error))})
    return await gone_on(call, act, shown.case_number, said_after)


async def gone_on(call: Call, act: ActShown, number: str, said_after: str) -> Response:
    """To the case, which says what was done; to the page that waits, while that is not known."""
    if act.state == "received":
        return call.go_on_to(call.path("act", act_id=act.act_id))
    await call.say_once(said_after)
    return call.go_on_to(call.path("case", number=number))


async def act(call: Call) -> Response:
    """An act that was received: waits until it is worked off, then the case; or why it was not accepted."""
    caller = call.must_be_logged_in()
    row = await cases.act_for(call.store, caller, call.in_part("act_id"))
    if row is None:
        raise Problem("NotFound")
    number = known(await cases.case(call.store, caller, row.case_id)).case_number
    shown = await shown_act(call.store, caller, call.language, row)
    if shown.state == "accepted":
        return call.go_on_to(call.path("case", number=number))
    answer = call.page("act.html", act=shown, number=number, status=422 if shown.problem else 200)
    if shown.state == "received":
        answer.headers["Refresh"] = "2"
    return answer


def withdrawal_fields(call: Call) -> tuple[Field, ...]:
    return (Field("reason", Kind.PROSE, call.say("case.withdraw_reason")),)


def note_fields(call: Call) -> tuple[Field, ...]:
    return (Field("text", Kind.PROSE, call.say("case.note_text"), required=True),)


def evidence_fields(call: Call) -> tuple[Field, ...]:
    hint = call.say("filing.files")
    return (Field("evidence", Kind.FILES, call.say("case.files"), required=True, hint=hint),)


def choice_fields(call: Call) -> tuple[Field, ...]:
    """The buttons that say what is chosen are a field of their own."""
    outcome = Field("outcome", Kind.CHOICE, call.say("case.choice"), required=True)
    return outcome, Field("reason", Kind.PROSE, call.say("case.choice_reason"))


async def withdraw(call: Call, receiver: Receiver, shown: CaseShown, said: Mapping[str, object]) -> ActShown:
    of_its_body = shown.sharing_request is not None and shown.sharing_request.body is not None
    caller = call.must_have("applicant", *(["reviewer"] if of_its_body else []))
    if of_its_body and shown.sharing_request and caller.body != shown.sharing_request.body:
        call.must_have("applicant")
    return await applying.withdraw(receiver, shown.case_id, parsed(WithdrawalForm, said))


async def choose(call: Call, receiver: Receiver, shown: CaseShown, said: Mapping[str, object]) -> ActShown:
    call.must_have("applicant")
    return await applying.choose(receiver, call.store, shown.case_id, parsed(ChoiceForm, said))


async def note(call: Call, receiver: Receiver, shown: CaseShown, said: Mapping[str, object]) -> ActShown:
    return await applying.note(receiver, shown.case_id, parsed(NoteForm, said))


async def add_evidence(call: Call, receiver: Receiver, shown: CaseShown, said: Mapping[str, object]) -> ActShown:
    call.must_have("applicant")
    with refused_before_receipt():
        takes_evidence(shown.procedure)
    if not said.get("evidence"):
        raise invalid("evidence", "missing")
    return await applying.add_evidence(receiver, shown.case_id, parsed(EvidenceForm, said))


DEEDS: Mapping[str, tuple[Callable[[Call], tuple[Field, ...]], Deed, str]] = {
    "submit_evidence": (evidence_fields, add_evidence, "case.evidence_added"),
    "note": (note_fields, note, "case.note_added"),
    "withdraw": (withdrawal_fields, withdraw, "case.withdrawn"),
    CHOOSE: (choice_fields, choose, "case.chosen"),
}
"""Acts on a case to the fields of their form, what does them, and what is said after."""

ROUTES = (
    page("/my", my_cases),
    page("/my/cases.csv", my_cases_csv),
    page("/cases/{number}", case),
    deed("/cases/{number}", do_to_case),
    page("/cases/{number}/log", log, name="case_log"),
    page("/cases/{number}/log.csv", log_csv, name="case_log_csv"),
    page("/acts/{act_id}", act),
)
