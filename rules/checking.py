"""What makes a pack fit to decide cases: judged over its whole time, without reading anything but the pack.

A finding names the path inside the pack, the rule that is broken, and the fact that breaks it.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeGuard

from pydantic import BaseModel

from rules.agreement import STRAY
from rules.authored import Cite, Source, Version
from rules.deadlines import Unit, parse_period
from rules.declaration_checking import wrong_with_declarations
from rules.pack import SERVICE, Pack
from rules.pinned import APPLICANT, PARTY
from rules.procedure_checking import check_cut
from rules.procedure_names import described_by_packs
from rules.procedure_rules import PROVIDER
from rules.service_terms import ReminderTerms
from rules.way import EndingTerms

Path = tuple[str | int, ...]


class Finding(NamedTuple):
    """One broken rule, at one place of a pack."""

    path: Path
    rule: str
    message: str


def findings(pack: Pack, calendars: Collection[str]) -> list[Finding]:
    """Every rule that the pack breaks, in the order of the pack; empty if it is fit to decide cases.

    `calendars` are the scopes for which notices of working days are on record.
    """
    found = [*_names(pack, calendars), *_law(pack)]
    if found:
        return found
    found = [*_parameters(pack), *_citations(pack)]
    if found:
        return found
    return [*_sources_in_force(pack), *_stopping(pack), *_around(pack), *_procedures(pack)]


def _names(pack: Pack, calendars: Collection[str]) -> Iterator[Finding]:
    if pack.calendar not in calendars:
        yield Finding(("calendar",), "unknown_calendar", f"{pack.calendar} is none of {', '.join(sorted(calendars))}")
    for i, version in enumerate(pack.maintenance or ()):
        scope = version.value.days_off_of if version.value else None
        if scope is not None and scope not in calendars:
            known = ", ".join(sorted(calendars))
            yield Finding(("maintenance", i, "value", "days_off_of"), "unknown_calendar", f"{scope} is none of {known}")
    for name in pack.procedures:
        if name not in described_by_packs():
            known = ", ".join(sorted(described_by_packs()))
            yield Finding(("procedures", name), "unknown_procedure", f"{name} is none of the procedures {known}")
    if SERVICE in pack.sources:
        yield Finding(("sources", SERVICE), "reserved_name", f"{SERVICE} names the service rules, not a source")
    for i, name in enumerate(pack.beside):
        if name not in pack.sources:
            yield Finding(("beside", i), "dangling_source", f"{name} is no source of this pack")
        elif name in pack.law:
            yield Finding(("beside", i), "stands_beside_itself", f"{name} is the law, so it cannot stand beside it")
        if name in pack.beside[:i]:
            yield Finding(("beside", i), "named_twice", f"{name} stands in the list already")
    for name in sorted({APPLICANT, PARTY} & set(pack.bodies)):
        yield Finding(("bodies", name), "reserved_name", f"{name} is the word for who files, and no body")
    for i, name in enumerate(pack.law):
        if name not in pack.sources:
            yield Finding(("law", i), "dangling_source", f"{name} is no source of this pack")


def _law(pack: Pack) -> Iterator[Finding]:
    """Each source has days of force, a draft has somebody who adopted it, and the law has no gap and no overlap."""
    for name, source in pack.sources.items():
        path: Path = ("sources", name)
        if source.in_force_until is not None and source.in_force_until <= source.in_force_from:
            yield Finding(path, "empty_interval", f"in force from {source.in_force_from} until {source.in_force_until}")
        yield from _adoption(path, source)
    if any(name not in pack.sources for name in pack.law):
        return
    for i, (before, after) in enumerate(itertools.pairwise(pack.law), start=1):
        ends, begins = pack.sources[before].in_force_until, pack.sources[after].in_force_from
        if ends is None or begins < ends:
            yield Finding(
                ("law", i), "overlap", f"{before} is in force until {ends or 'no known end'}, {after} from {begins}"
            )
        elif begins > ends:
            yield Finding(("law", i), "gap", f"no law from {ends} until {begins}")


def _adoption(path: Path, source: Source) -> Iterator[Finding]:
    adoption = {"adopted_by": source.adopted_by, "adopted_on": source.adopted_on, "assumed": source.assumed}
    if source.status == "adopted_draft":
        for key, value in adoption.items():
            if value is None:
                yield Finding((*path, key), "draft_not_adopted", f"a draft is law here only with {key}")
        return
    if source.issued_on is None:
        yield Finding((*path, "issued_on"), "not_issued", "a text that was never issued can only be an adopted_draft")
    for key in ("adopted_by", "adopted_on"):
        if adoption[key] is not None:
            yield Finding((*path, key), "adopted_without_need", "only an adopted_draft is adopted")


def _parameters(pack: Pack) -> Iterator[Finding]:
    """Each parameter covers the law's whole time of force: no gap, no overlap, no empty interval, nothing outside."""
    for path, versions in _dated(pack, ()):
        yield from _coverage(path, versions, pack.in_force_from, pack.in_force_until or date.max)


def _coverage(path: Path, versions: tuple[Version[Any], ...], begin: date, end: date) -> Iterator[Finding]:
    covered_until = begin
    for i, version in enumerate(versions):
        here, since, until = (*path, i), version.in_force_from, version.in_force_until
        if until is not None and until <= since:
            yield Finding(here, "empty_interval", f"in force from {since} until {until}")
        if since < begin:
            yield Finding(here, "outside_the_law", f"in force from {since}, the law only from {begin}")
        elif since > covered_until:
            yield Finding(here, "gap", f"nothing in force from {covered_until} until {since}")
        elif since < covered_until:
            yield Finding(here, "overlap", f"in force from {since}, another version until {covered_until}")
        if until is None and i + 1 < len(versions):
            yield Finding(here, "overlap", "without in_force_until only the last version can stand")
            return
        if until is not None and until > end:
            yield Finding(here, "outside_the_law", f"in force until {until}, the law only until {end}")
        covered_until = until or end
    if covered_until < end:
        yield Finding((*path, len(versions) - 1), "gap", f"nothing in force from {covered_until} on")


def _citations(pack: Pack) -> Iterator[Finding]:
    """Each citation names a source or a service rule; each source and service rule is cited. A rule that rests on
    several texts names each once, and is no choice of ours besides."""
    cited: set[tuple[str, str]] = set()
    for path, cites, _ in _cites(pack, (), None):
        sources = [cite.partition(" ")[0] for cite in cites]
        for source in sorted({each for each in sources if sources.count(each) > 1 and each != SERVICE}):
            fact = f"{source} is named more than once: write its articles in one, such as {source} 15 and 16"
            yield Finding(path, "cited_twice", fact)
        if SERVICE in sources and len(sources) > 1:
            fact = "a rule rests on articles or is our choice: leave out the service rule, or the rest"
            yield Finding(path, "article_or_choice", fact)
    for path, cite, _ in _each_cited(pack):
        source, _, article = cite.partition(" ")
        if source == SERVICE:
            cited.add((SERVICE, article))
            if article not in pack.service_rules:
                yield Finding(path, "dangling_source", f"{article} is no service rule of this pack")
            continue
        cited.add((source, ""))
        if source not in pack.sources:
            yield Finding(path, "dangling_source", f"{source} is no source of this pack")
    for name in pack.sources:
        if (name, "") not in cited:
            yield Finding(("sources", name), "unused_source", f"no version cites {name}")
    for name in pack.service_rules:
        if (SERVICE, name) not in cited:
            yield Finding(("service_rules", name), "unused_source", f"no version cites the service rule {name}")


def _sources_in_force(pack: Pack) -> Iterator[Finding]:
    """No version outlasts the source that it cites, and none stood before it."""
    for path, cite, version in _each_cited(pack):
        source = pack.sources.get(cite.partition(" ")[0])
        if source is None or version is None:
            continue
        ends = version.in_force_until or pack.in_force_until
        lasts = source.in_force_until is None or (ends is not None and ends <= source.in_force_until)
        if not lasts or version.in_force_from < source.in_force_from:
            interval = f"in force from {source.in_force_from} until {source.in_force_until or 'no known end'}"
            yield Finding(path, "source_not_in_force", f"the source cited is {interval}")


def _stopping(pack: Pack) -> Iterator[Finding]:
    """A clock that the law started stops only where an article says so: no service rule takes time from anybody."""
    for name, procedure in pack.procedures.items():
        for i, version in enumerate(procedure.supplement or ()):
            if version.value and version.value.stops_clock and rests_on_no_article(version):
                path: Path = ("procedures", name, "supplement", i)
                yield Finding(path, "stops_without_law", "only an article can stop a clock: cite it, or write false")
        for stop, entry in procedure.stops.items():
            for i, said in enumerate(entry.versions):
                if said.value and said.value.stops and rests_on_no_article(said):
                    path = ("procedures", name, "stops", stop, "versions", i)
                    fact = "only an article can stop a clock: cite it, or write stops: false"
                    yield Finding(path, "stops_without_law", fact)


def rests_on_no_article(version: Version[Any]) -> bool:
    """Whether only service rules are cited for it."""
    return all(cite.partition(" ")[0] == SERVICE for cite in version.cite)


def _around(pack: Pack) -> Iterator[Finding]:
    """Who urges and who fills posts are bodies of the city, and reminders have hours to leave in."""
    refuses = any(version.value and version.value.refusal for _, version in _endings(pack))
    if refuses and not pack.remedies:
        yield Finding(("remedies",), "no_remedy_named", "an ending refuses, and nobody would be told where to go then")
    for role in pack.sees_the_city:
        if role not in pack.bodies:
            yield Finding(("sees_the_city", role), "no_responsible_body", f"{role} is no body of this city")
    for of, charged in pack.in_charge.items():
        for role in charged.by:
            if role not in pack.bodies:
                yield Finding(("in_charge", of, "by"), "no_responsible_body", f"{role} is no body of this city")
    if pack.counties and (pack.counties.authority not in pack.bodies or pack.counties.authority == PROVIDER):
        fact = f"{pack.counties.authority} is no body of this city that could be the authority of a county"
        yield Finding(("counties", "authority"), "no_responsible_body", fact)
    for role in pack.urging:
        if role not in pack.bodies:
            yield Finding(("urging", role), "no_responsible_body", f"{role} is no body of this city")
    for i, recusal in enumerate(pack.recusal or ()):
        for role in recusal.value or ():
            if role not in pack.bodies:
                yield Finding(("recusal", i), "no_responsible_body", f"{role} is no body of this city")
    ratings = [each.value.reaches if each.value else () for each in pack.rating or ()]
    feedback = [each.value.reaches if each.value else () for each in pack.feedback or ()]
    for name, reaching in (("rating", ratings), ("feedback", feedback)):
        for i, role in ((i, role) for i, roles in enumerate(reaching) for role in roles):
            if role not in pack.bodies:
                yield Finding((name, i), "no_responsible_body", f"{role} is no body of this city")
    yield from itertools.starmap(Finding, wrong_with_declarations(pack))
    for post, entry in pack.posts.items():
        for i, version in enumerate(entry.versions):
            for role in version.value.required_of if version.value else ():
                if role not in pack.bodies:
                    path: Path = ("posts", post, "versions", i)
                    yield Finding(path, "no_responsible_body", f"{role} is no body of this city")
    for i, text in enumerate(pack.open_authorisation or ()):
        clauses = [clause for part in text.value.parts for clause in part.clauses] if text.value else []
        if any(STRAY.search(each) for clause in clauses for each in (clause.zh, clause.en)):
            yield Finding(("open_authorisation", i), "stray_brace", "nobody fills in this text, so it has no blanks")
    for i, terms in enumerate(pack.reminders or ()):
        if terms.value is not None:
            yield from _reminders(("reminders", i), terms.value)


def _endings(pack: Pack) -> Iterator[tuple[str, Version[EndingTerms]]]:
    """Each ending of each procedure in each of its versions, with the name of the procedure."""
    for name, procedure in pack.procedures.items():
        for entry in procedure.endings.values():
            yield from ((name, version) for version in entry.versions)


def _reminders(path: Path, terms: ReminderTerms) -> Iterator[Finding]:
    if terms.closes <= terms.opens:
        yield Finding(path, "empty_interval", f"working hours from {terms.opens} until {terms.closes}")
    units = [parse_period(period).unit for period in terms.overdue_every]
    if len(units) > len(set(units)):
        yield Finding((*path, "overdue_every"), "ambiguous", "more than one period in the same unit")
    if terms.at_once_every and parse_period(terms.at_once_every).unit is not Unit.HOURS:
        yield Finding((*path, "at_once_every"), "not_in_hours", "what is owed promptly is reminded of at any hour")


def _procedures(pack: Pack) -> Iterator[Finding]:
    """Each procedure can be walked to an end on every day of the law; looked at on each day when anything changes."""
    seen: set[tuple[Path, str, str]] = set()
    for on in days_of_change(pack):
        for name in pack.procedures:
            for path, rule, message in check_cut(pack, name, on):
                if (path, rule, message) not in seen:
                    seen.add((path, rule, message))
                    yield Finding(path, rule, f"{message} (on {on})")


def days_of_change(pack: Pack) -> list[date]:
    """The days of the law on which something in the pack begins or ends, from its first day on."""
    days = {version.in_force_from for _, versions in _dated(pack, ()) for version in versions}
    ends = {v.in_force_until for _, versions in _dated(pack, ()) for v in versions if v.in_force_until}
    last = pack.in_force_until - timedelta(days=1) if pack.in_force_until else date.max
    return sorted(day for day in days | ends | {pack.in_force_from} if day <= last)


def _dated(node: object, path: Path) -> Iterator[tuple[Path, tuple[Version[Any], ...]]]:
    """Every parameter of the pack with its path."""
    if _is_versions(node):
        yield path, node
        return
    for key, child in _children(node):
        yield from _dated(child, (*path, key))


def _is_versions(node: object) -> TypeGuard[tuple[Version[Any], ...]]:
    return isinstance(node, tuple) and bool(node) and isinstance(node[0], Version)


def _each_cited(pack: Pack) -> Iterator[tuple[Path, str, Version[Any] | None]]:
    """As `_cites`, each article or service rule of a list by itself."""
    for path, cites, version in _cites(pack, (), None):
        yield from ((path, cite, version) for cite in cites)


def _cites(node: object, path: Path, version: Version[Any] | None) -> Iterator[tuple[Path, Cite, Version[Any] | None]]:
    """Every citation with its path and the version that makes it."""
    version = node if isinstance(node, Version) else version
    cite = getattr(node, "cite", None) if isinstance(node, BaseModel) else None
    if cite is not None:
        yield (*path, "cite"), cite, version
    for key, child in _children(node):
        yield from _cites(child, (*path, key), version)


def _children(node: object) -> Iterable[tuple[str | int, object]]:
    if isinstance(node, BaseModel):
        return [(name, getattr(node, name)) for name in type(node).model_fields]
    if isinstance(node, Mapping):
        return list(node.items())
    if isinstance(node, tuple):
        return list(enumerate(node))
    return []
