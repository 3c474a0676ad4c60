"""What `kaifang demo` shows of what bodies file of themselves: an account of the platform, and a new contact."""

from __future__ import annotations

from cli.demo_parties import WORDS, Json, Parties, rules_of
from rules.procedure_names import ACCOUNT_CHANGE, CONTACT_CHANGE


def have_account_opened(parties: Parties, city: str) -> tuple[Json, list[Json]] | None:
    """An account that a provider got, and the task in which it did; None where the law of the city has bodies ask for
    none."""
    if rules_of(parties, city, ACCOUNT_CHANGE) is None:
        return None
    asked = {"city": city, "account_action": "open", "account_user": WORDS}
    return _answered(parties, city, "/v1/account-changes", asked)


def pass_on_contact(parties: Parties, city: str) -> tuple[Json, list[Json]] | None:
    """A contact that is taken on file, and the task in which it is; None where the law of the city keeps none."""
    if rules_of(parties, city, CONTACT_CHANGE) is None:
        return None
    day = parties.call(f"reviewer@{city}.transport", "GET", f"/v1/rules/{city}")["on"]
    passed_on = {"city": city, "contact": WORDS, "reached_at": WORDS, "discovered_on": day}
    return _answered(parties, city, "/v1/contact-changes", passed_on)


def _answered(parties: Parties, city: str, path: str, filed: Json) -> tuple[Json, list[Json]]:
    clerk = f"reviewer@{city}.transport"
    case = parties.call(clerk, "POST", path, filed)
    (task,) = case["tasks"]
    said = {"outcome": task["outcomes"][0]["outcome"]}
    parties.call(f"reviewer@{task['body']}", "POST", f"/v1/tasks/{task['task_id']}/decision", said)
    return parties.call(clerk, "GET", f"/v1/cases/{case['case_id']}"), [task]
