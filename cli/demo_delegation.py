"""What `kaifang demo` shows of delegated access: a grant that its holder lets somebody else use, until it is taken
back."""

from __future__ import annotations

from datetime import date, timedelta

from cli.demo_parties import WORDS, Json, Parties

HOLDER, DELEGATE = "applicant@demo", "applicant2@demo"


def have_access_delegated(parties: Parties, city: str, granted: Json) -> Json | None:
    """The delegation of a grant that a request ended in, used by nobody and taken back; None where the law of the city
    knows no delegation."""
    grant = granted["granted"]["access_case_id"] if granted.get("granted") else None
    case = parties.call(HOLDER, "GET", f"/v1/cases/{grant}") if grant else None
    if case is None or "delegate" not in {each["act"] for each in case["possible"]}:
        return None
    today = date.fromisoformat(parties.call(HOLDER, "GET", f"/v1/rules/{city}")["on"])
    agreed = {"to": DELEGATE, "matter": WORDS, "accesses": 3, "last_day": f"{today + timedelta(days=30)}"}
    made = parties.call(HOLDER, "POST", f"/v1/grants/{grant}/delegations", agreed)
    parties.call(DELEGATE, "POST", f"/v1/delegations/{made['act_id']}/key")
    parties.call(HOLDER, "POST", f"/v1/grants/{grant}/delegations/{made['act_id']}/revocation")
    (kept,) = parties.call(HOLDER, "GET", f"/v1/grants/{grant}/delegations")["items"]
    return {**kept, "case_number": case["case_number"]}
