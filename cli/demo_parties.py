"""Those who take part in `kaifang demo`: their calls, their texts, and the law that they follow."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Self

import httpx
import typer

from activities.settings import Settings
from api.http.tokens import issue, signing_key
from rules.procedure_rules import ProcedureRules
from rules.sample_catalogue import accounts

VALID_FOR = timedelta(hours=1)
WORDS = "said for the demonstration"
Json = dict[str, Any]


class Parties:
    """Everybody who takes part, each with a token of their own."""

    def __init__(self, settings: Settings, language: str) -> None:
        self._http = httpx.Client(
            base_url=f"http://{settings.host}:{settings.port}",
            headers={"Accept-Language": language},
            timeout=30,
            trust_env=False,
        )
        self._key = signing_key(settings.signing_key_file)
        self._ids = {account.login: account.account_id for account in accounts()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def call(self, login: str, method: str, path: str, body: Json | None = None) -> Json:
        """The answer to a call in that person's name. A problem ends the demonstration with its text."""
        status, answer = self.try_to(login, method, path, body)
        if status >= HTTPStatus.BAD_REQUEST:
            raise typer.BadParameter(f"{method} {path}: {status} {json.dumps(answer, ensure_ascii=False)}")
        return answer

    def try_to(self, login: str, method: str, path: str, body: Json | None = None) -> tuple[int, Json]:
        """The status and the answer to a call in that person's name, a problem as well as any other."""
        headers = self._headers(login)
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        response = self._http.request(method, path, json=body, headers=headers)
        answer: Json = response.json()
        return response.status_code, answer

    def ask(self, login: str, path: str) -> Json | None:
        """The answer to a question; None where there is none."""
        response = self._http.get(path, headers=self._headers(login))
        answer: Json | None = None if response.is_error else response.json()
        return answer

    def at_the_gate(self, key: str, question: Json) -> str:
        """What the gate answers to that key: `yes`, or why not."""
        return self._asked("/v1/gate", key, question)

    def at_the_exchange(self, key: str, question: Json) -> str:
        """What the gate answers where the exchange asks on which departments share data."""
        return self._asked("/v1/exchange-gate", key, question)

    def _asked(self, gate: str, key: str, question: Json) -> str:
        response = self._http.get(gate, params=question, headers={"X-Access-Key": key})
        return "yes" if response.is_success else response.headers["x-kaifang-reason"]

    def upload(self, login: str, name: str, text: str) -> str:
        """The id of a file that this person uploaded."""
        response = self._http.post(
            "/v1/evidence", params={"name": name}, content=text.encode(), headers=self._headers(login)
        )
        if response.is_error:
            raise typer.BadParameter(f"POST /v1/evidence: {response.status_code} {response.text}")
        evidence_id: str = response.json()["evidence_id"]
        return evidence_id

    def _headers(self, login: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {issue(self._key, self._ids[login], VALID_FOR)}"}


def rules_of(parties: Parties, city: str, procedure: str) -> ProcedureRules | None:
    """The law of a procedure as it stands; None where the city does not know the procedure."""
    law = parties.ask("applicant@demo", f"/v1/rules/{city}?procedure={procedure}")
    return ProcedureRules.model_validate(law["rules"]) if law else None
