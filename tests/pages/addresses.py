"""The pages that are looked at by every test of all pages: by role, as somebody of that role sees them.

A new page adds a line for each role that may see it; one that everybody may see adds one for nobody. What a path has
in braces is filled in by PARTS, or by what `filed` has made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.routing import Match, Route

from pages.routes import ROUTES

LOGINS: Mapping[str, str | None] = {
    "nobody": None,
    "applicant": "applicant@demo",
    "reviewer": "reviewer@nanning.operator",
    "provider": "reviewer@nanning.transport",
    "supervisor": "supervisor@nanning.authority",
    "admin": "admin@kaifang",
}
"""The accounts by which the roles are tried."""
OF_OFFICERS = (
    "/supervision",
    "/supervision/overdue",
    "/supervision/due-soon",
    "/supervision/promptly",
    "/supervision/filed-late",
    "/supervision/waiting",
    "/supervision/figures",
    "/supervision/notices",
    "/supervision/directory",
    "/supervision/absences",
    "/supervision/feeds",
)
"""What every officer looks at, each as far as it is theirs."""
OF_CASES = (
    "/cases/{number}",
    "/cases/{number}/log",
    "/cases/{number}/filed",
    "/cases/{number}/papers",
    "/cases/{unsigned}/agreement",
)
OF_AN_ACCOUNT = (
    "/messages",
    "/my/settings",
    "/my/data",
    "/datasets/{dataset_id}/objection",
    "/datasets/{dataset_id}/misuse",
    "/guangzhou/leaks/new",
)
SHARING = "/datasets/nanjing-health-emergency-calls/sharing"
OF_A_BODY = ("/{city}/accounts/new", "/{city}/contacts/new", SHARING, "/my/grants", "/my/accesses")
OF_ACCESSES = ("/supervision/accesses", "/supervision/use", "/supervision/ratings")
OF_A_TASK = (
    "/desk",
    "/desk/years",
    "/desk/circulated",
    "/desk?tab=done",
    "/desk/cases",
    "/desk/grants",
    "/desk/grants/{grant}",
)
OF_AN_OBJECTION = ("/cases/{objected}", "/cases/{objected}/trace")
OF_EVIDENCE = tuple(f"/evidence/{{{each}}}/look" for each in ("evidence_id", "picture_id", "pdf_id"))
ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "nobody": (
        "/",
        "/datasets",
        "/datasets?city=nanning&q=公交",
        "/datasets/{dataset_id}",
        "/login",
        "/invitation/nothing",
        "/datasets/nothing",
        "/verify",
        "/verify/nothing",
        "/verify/{code}",
        "/help",
        "/accessibility",
        "/privacy",
        "/{city}",
        "/{city}/bodies",
        "/{city}/holders",
        "/{city}/measures",
        "/{city}/declarations",
        "/declarations/{declaration_id}",
        "/{city}/years",
        "/guangzhou/elsewhere",
        "/{city}/maintenance",
        "/{city}/law/calculator",
        "/{city}/law/calculator?number=5&unit=wd&received_on=2026-11-27",
        "/law",
        "/{city}/law",
        "/{city}/law/{procedure}",
        "/{city}/law/{procedure}/agreement",
        "/{city}/open-authorisation",
        "/{city}/calendar/{year}",
        "/figures",
        "/{city}/figures",
    ),
    "applicant": (
        "/",
        *OF_AN_ACCOUNT,
        "/messages?of=all",
        "/datasets/{dataset_id}/request",
        "/datasets/{dataset_id}/quality-check",
        SHARING,
        "/datasets/{dataset_id}/rating",
        "/lianyungang/feedback/new",
        "/feedback",
        "/feedback/{feedback_id}",
        "/{city}/demands/new",
        "/my",
        *OF_CASES,
        "/cases/{asked}",
        "/cases/{asked}/supplement",
        "/cases/{unsigned}",
        "/cases/{granted}",
        "/cases/{access}",
        "/cases/{objected}",
        *OF_EVIDENCE,
        "/acts/{act_id}",
        "/my/grants",
        "/my/grants/{grant}",
        "/my/grants/{curtailed}",
        "/my/grants/{curtailed}/measures/{measure}/appeal",
        "/measures/{finding}/appeal",
        "/my/grants/{let}/delegations",
        "/my/delegations",
        "/my/delegations/{delegation_id}",
        "/cases/{report}",
        "/cases/{report}/use-report",
        "/my/accesses",
    ),
    "reviewer": (
        *OF_AN_ACCOUNT,
        *OF_OFFICERS,
        *OF_ACCESSES,
        "/supervision/urgings",
        "/{city}/declarations/reachability/new",
        "/{city}/maintenance/new",
        *OF_A_TASK,
        *OF_CASES,
        "/cases/{objected}",
        "/desk/{number}/{place}",
        "/desk/{objected}/{objected_place}",
        *OF_A_BODY,
    ),
    "provider": (
        *OF_AN_ACCOUNT,
        *OF_OFFICERS,
        *OF_ACCESSES,
        "/supervision/urgings",
        *OF_A_TASK,
        *OF_CASES,
        *OF_AN_OBJECTION,
        *OF_EVIDENCE,
        "/desk/{objected}/{objected_place}",
        "/desk/{reported}/verification.1",
        "/cases/{reported}",
        "/supervision/directory/{body}/{post}",
        "/{city}/declarations",
        "/{city}/declarations/showcase/new",
        *OF_A_BODY,
        "/catalogue",
        "/catalogue/new",
        "/catalogue/import",
        "/catalogue/{dataset_id}/update",
        "/catalogue/{dataset_id}/elsewhere",
    ),
    "supervisor": (
        "/",
        *OF_AN_ACCOUNT,
        *OF_OFFICERS,
        *OF_ACCESSES,
        "/supervision/urgings",
        "/desk/circulated",
        "/supervision/rectifications",
        "/supervision/rectifications/new",
        "/supervision/readings",
        "/supervision/directory/{body}/{post}",
        *OF_CASES,
        *OF_AN_OBJECTION,
    ),
    "admin": (
        "/",
        *OF_AN_ACCOUNT,
        *OF_OFFICERS,
        "/supervision/notices/new",
        "/supervision/readings",
        "/supervision/rectifications",
        "/supervision/directory/{body}/{post}",
        "/admin",
        "/admin/accounts",
        "/admin/accounts/new",
        "/admin/accounts/{login}",
        "/admin/packs",
        "/admin/roles",
        "/admin/record",
        *OF_CASES,
    ),
}
NO_PAGES = frozenset(
    {
        "/ready",
        "/language/{language}",
        "/login/issuer",
        "/login/callback",
        "/{city}/calendar",
        "/evidence/{evidence_id}",
        "/evidence/{evidence_id}/picture.jpg",
        "/print/{size}",
        "/{city}/law/{procedure}/whole.svg",
        "/desk/selected",
        "/desk/findings",
        "/desk/{number}/{place}/act",
        "/desk/grants/{number}/revocation",
        "/desk/grants/{number}/inspections",
        "/my/grants/{number}/use-reports",
        "/my/grants/{number}/use-records",
        "/catalogue/{dataset_id}/updated",
        "/written",
        "/cases/{number}/papers/{paper}.pdf",
        "/cases/{number}/case-file.zip",
        "/my/data.zip",
        "/cases/{number}/calendar.ics",
    }
)
"""What is answered by the way to a page, by a file, or to machines."""
ANSWERED_WITH: Mapping[str, int] = {
    "/datasets/nothing": 404,
    "/invitation/nothing": 404,
    "/verify/nothing": 404,
    "/acts/{act_id}": 422,
    "/catalogue/{dataset_id}/elsewhere": 404,
}
"""The pages that say what is wrong, by their status."""
PARTS: Mapping[str, str] = {
    "dataset_id": "nanning-transport-bus-positions",
    "city": "nanning",
    "procedure": "access_request",
    "year": "2026",
    "language": "zh",
    "size": "large",
    "place": "formal_review.1",
    "body": "nanning.transport",
    "post": "data_officer",
    "paper": "receipt-1",
    "code": "none",
    "login": "reviewer2@nanning.operator",
}
"""What a path has in braces; `number` is that of a request of the applicant, before its operator."""


@dataclass(frozen=True)
class Address:
    """A page as somebody of a role sees it."""

    role: str
    path: str

    def __str__(self) -> str:
        return f"{self.role} {self.path}"

    @property
    def status(self) -> int:
        """With which the page is answered."""
        return ANSWERED_WITH.get(self.path, 200)

    def in_(self, language: str, names: Mapping[str, str]) -> str:
        """Where the page is in a language."""
        path = filled(self.path, names)
        return f"/en{path}" if language == "en" else path


def filled(path: str, names: Mapping[str, str]) -> str:
    """A path with its parts. Raises KeyError for a part that nothing is known of: it belongs into PARTS."""
    return path.format_map({**PARTS, **names})


def addresses() -> list[Address]:
    """Every page of the list."""
    return [Address(role, path) for role, paths in ADDRESSES.items() for path in paths]


def one_of_each() -> list[Address]:
    """Every page once; of the roles that see it, each has its turn."""
    by_path: dict[str, list[Address]] = {}
    for each in addresses():
        by_path.setdefault(each.path, []).append(each)
    return [found[place % len(found)] for place, found in enumerate(by_path.values())]


def looked_at() -> list[str]:
    """The paths of all routes that are looked at, in their order."""
    return [each.path_format for each in ROUTES if isinstance(each, Route) and "GET" in (each.methods or ())]


def route_of(address: Address) -> str:
    """The path of the route that answers an address."""
    path = address.path.partition("?")[0].format_map(defaultdict(lambda: "x", PARTS))
    scope = {"type": "http", "method": "GET", "path": path}
    return next(each.path_format for each in ROUTES if isinstance(each, Route) and each.matches(scope)[0] is Match.FULL)


def addresses_by_route() -> dict[str, list[Address]]:
    """The addresses of the list that each route answers."""
    found: dict[str, list[Address]] = {}
    for each in addresses():
        found.setdefault(route_of(each), []).append(each)
    return found
