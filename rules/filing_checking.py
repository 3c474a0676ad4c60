"""Whether a period that binds a filing (提出期限) can run: for what somebody files, from a day that somebody states or
that another case has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.cutting import Broken, Cut
from rules.deadlines import Unit, parse_period
from rules.pack import FiledWithinTerms
from rules.pinned import BEFOREHAND, DISCOVERED_ON, OCCURRED_ON, OPENS_ON, PARTY
from rules.procedure_names import CATALOGUE_UPDATE
from rules.resolving import in_force
from rules.vocabulary import EVENTS_ELSEWHERE, FILINGS, day_of_form


def broken_of_who_files(cut: Cut) -> Iterator[Broken]:
    """Who files is a body of the city or an applicant."""
    version = in_force(cut.procedure.filed_by or (), cut.on)
    for role in version.value if version and version.value else ():
        if role == PARTY or role not in cut.bodies:
            path = (*cut.path, "filed_by")
            yield path, "no_responsible_body", f"{role} is no body of this city, and files nothing"


def broken_of_what_is_chosen(cut: Cut) -> Iterator[Broken]:
    """Of a choice that each filing has to state, some value is such as somebody may file."""
    for choice in cut.fields & set(cut.choices):
        field = in_force(cut.procedure.fields[choice].versions, cut.on)
        known = (in_force(each.versions, cut.on) for each in cut.procedure.choices[choice].values())
        on_request = any(version.value.on_request for version in known if version and version.value)
        if field and field.value and field.value.required and not on_request:
            fact = f"each filing has to state {choice}, and no value of it is on_request: nobody could file"
            yield (*cut.path, "choices", choice), "nothing_to_choose", fact


def filing_period(cut: Cut) -> FiledWithinTerms | None:
    """The period that binds the filing, with the day from which it runs; None where none does."""
    version = in_force(cut.procedure.filed_within or (), cut.on)
    return version.value if version else None


def periods_of_filing(cut: Cut) -> Iterator[str]:
    """The period, where it is one that is counted."""
    terms = filing_period(cut)
    if terms and terms.within != BEFOREHAND:
        yield terms.within


def broken_of_filing_period(cut: Cut) -> Iterator[Broken]:
    """A period that binds the filing binds somebody who files, and runs from a day that is sure to be known."""
    terms = filing_period(cut)
    if terms is None:
        return
    path = (*cut.path, "filed_within")
    every = in_force(cut.procedure.every or (), cut.on)
    if cut.name not in FILINGS or (every is not None and every.value is not None):
        yield path, "nobody_files", f"nobody files a case of {cut.name}, so no period can bind the filing: take it out"
        return
    yield from cut.choices_named(path, terms.when)
    if terms.within != BEFOREHAND and parse_period(terms.within).unit is Unit.HOURS:
        yield path, "period_in_hours", f"it runs from a day and not from an hour: give {terms.within} in wd, d or mo"
    if terms.from_event is not None:
        yield from _event(cut, terms)
    else:
        yield from _day(cut, terms)


def _event(cut: Cut, terms: FiledWithinTerms) -> Iterator[Broken]:
    path = (*cut.path, "filed_within")
    known = EVENTS_ELSEWHERE.get(cut.name, {})
    if terms.from_day is not None:
        fact = f"it runs from {terms.from_day} and from {terms.from_event}: name a day (from) or an event (from_event)"
        yield path, "two_beginnings", fact
    if terms.within == BEFOREHAND:
        yield path, "never_in_time", f"{terms.from_event} has happened already: nothing is filed before it"
    if terms.from_event not in known:
        which = f"write one of {', '.join(known)}" if known else "name a day with from instead"
        yield path, "unknown_event", f"a filing of {cut.name} follows no {terms.from_event} of another case: {which}"


def _day(cut: Cut, terms: FiledWithinTerms) -> Iterator[Broken]:
    path = (*cut.path, "filed_within")
    day = terms.from_day or (OPENS_ON if terms.within == BEFOREHAND else DISCOVERED_ON)
    carried = day_of_form(cut.name)
    if day != carried:
        which = f"write from: {carried}" if carried else "it carries no day"
        yield path, "unknown_field", f"it runs from {day}, and no filing of {cut.name} carries such a day: {which}"
    elif not _is_stated(cut, day, terms.when):
        fact = f"it runs from {day}, which not every filing has to state: demand {day} under fields"
        yield path, "nobody_states", fact


def _is_stated(cut: Cut, day: str, when: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether each filing that the period binds has to state the day. What happened to an entry is demanded of an
    update by the period itself."""
    if cut.name == CATALOGUE_UPDATE and day == OCCURRED_ON:
        return True
    entry = cut.procedure.fields.get(day)
    version = in_force(entry.versions, cut.on) if entry else None
    if version is None or version.value is None or not version.value.required:
        return False
    demanded = version.value.when
    return all(set(when.get(choice, ())) and set(when[choice]) <= set(values) for choice, values in demanded.items())
