"""Which of what is recorded is personal, and what keeps it: every column of text and every field of an event and of an
act, by name. A test compares it with the tables and the classes, so that nothing new goes unclassified
(docs/personal-data.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from rules.fields import FIELDS, TEXTS


class Care(StrEnum):
    """What is done about a value at rest."""

    SEALED = "sealed"
    """Personal: sealed under a data key, which erasing destroys."""
    SEALED_IN_PART = "sealed_in_part"
    """A document: what is personal in it is sealed field by field, the rest stays as it is."""
    OVERWRITTEN = "overwritten"
    """A pseudonym by which an account is looked up: plain while it is needed, overwritten by erasing. Backups hold it
    as long as they are kept."""
    ENDS = "ends"
    """Personal, and gone with the session, login or feed that it belongs to; erasing ends these."""
    INDEXED = "indexed"
    """Personal, and kept as nothing but an index under a key of the ring, by which the same value is found again."""
    FINGERPRINT = "fingerprint"
    """The hash of a text, by which whoever guesses the whole text knows that it was this; it stays."""
    PSEUDONYM = "pseudonym"
    """The opaque id of a person, a case or a file: it says who only together with the directory, and stays."""
    NOT_PERSONAL = "not_personal"
    """A code, a digest of what is not personal, a body, the law, or what is published."""


S, P, O, E, X, F, I, N = (  # noqa: E741 - a table reads better in short words
    Care.SEALED,
    Care.SEALED_IN_PART,
    Care.OVERWRITTEN,
    Care.ENDS,
    Care.INDEXED,
    Care.FINGERPRINT,
    Care.PSEUDONYM,
    Care.NOT_PERSONAL,
)

COLUMNS: Mapping[str, Mapping[Care, str]] = {
    "absences": {I: "absence_id account_id substitute"},
    "account_record": {I: "account_id by_account by_command details", N: "what"},
    "account_record_addresses": {E: "address"},
    "accounts": {
        I: "account_id key_id",
        O: "login issuer subject",
        S: "name organisation contact",
        N: "city body roles kind",
    },
    "acts": {
        I: "act_id case_id account act",
        P: "content",
        N: "kind state problem files content_digest content_salt hash request_digest",
    },
    "bodies": {N: "body city role name county"},
    "calendar_notices": {N: "scope document notice"},
    "case_numbers": {N: "city procedure"},
    "cases": {
        I: "case_id case_number party key_id",
        N: "city procedure dataset_id for_body provider urgency outcome rules_digest head",
    },
    "cases_to_move": {I: "case_id"},
    "chain_adoptions": {N: "root"},
    "channels": {I: "channel_id account_id", S: "address secret", N: "kind language last_error"},
    "curtailments": {
        I: "case_id grant_case_id",
        N: "city dataset_id effect data_items access_mode misuse body stage outcome source article basis",
    },
    "dataset_versions": {I: "case_id", N: "dataset_id openness items entry"},
    "datasets": {I: "updated_by", N: "dataset_id city provider openness items entry search"},
    "declaration_marks": {I: "declaration_id account_id", N: "mark body reason"},
    "declarations": {I: "declaration_id account_id grant_case_id delegate", N: "city kind body says request_digest"},
    "declared_datasets": {I: "declaration_id", N: "dataset_id"},
    "delegated_calls": {I: "delegation_id"},
    "delegations": {I: "delegation_id case_id delegate", N: "key_digest ended"},
    "deliveries": {I: "message_id channel_id case_id", N: "state last_error"},
    "erasures": {I: "id account", N: "what basis"},
    "events": {I: "case_id event", N: "type hash"},
    "evidence": {I: "evidence_id account case_id key_id", S: "name", N: "media_type cautions scan", F: "sha256"},
    "failures": {I: "case_id act_id", N: "why detail"},
    "feedback": {
        I: "feedback_id account_id key_id answered_by",
        S: "text answer",
        N: "city kind dataset_id provider request_digest answered_body",
    },
    "feeds": {I: "feed_id account_id", E: "name wanted", N: "token_digest served"},
    "filed_of_bodies": {I: "case_id", N: "body procedure action"},
    "gate_calls": {I: "case_id"},
    "gate_days": {N: "dataset_id access_mode reason"},
    "gate_decisions": {I: "grant_case_id delegation_id", N: "session dataset_id data_items access_mode use reason"},
    "gate_minutes": {N: "dataset_id access_mode reason"},
    "gate_months_dropped": {N: "basis"},
    "gate_sessions": {N: "session"},
    "grants": {
        I: "case_id granted_by party",
        N: "dataset_id data_items access_mode access_modes use shared key_digest ended",
    },
    "hand_overs": {I: "hand_over_id officer to_account asked_by tasks", N: "request_digest"},
    "invitations": {I: "account_id", E: "subject", X: "email", N: "issuer token_digest"},
    "kept_forms": {I: "account_id", E: "content", N: "digest"},
    "logins_under_way": {E: "remembered", N: "digest"},
    "maintenance": {I: "announced_by", N: "maintenance_id city body said"},
    "messages": {I: "message_id account_id case_id task_id facts", N: "kind city"},
    "messages_gone": {I: "message_id"},
    "messages_let_go": {N: "basis"},
    "notices_moving": {I: "account"},
    "objections": {I: "case_id party", N: "dataset_id ground"},
    "paper_keys": {N: "key"},
    "pinned_rules": {N: "digest rules calendar"},
    "posts": {I: "account_id filed_by", N: "body post department"},
    "rate_buckets": {E: "bucket"},
    "rate_refusals": {N: "what"},
    "ratings": {I: "account_id", N: "dataset_id city scores"},
    "readings": {I: "case_id reader evidence_id whose", N: "part body"},
    "restrictions": {I: "case_id", N: "kind dataset_id data_items except_items"},
    "revoked_tokens": {I: "account_id", E: "jti"},
    "role_proposals": {I: "proposal_id account_id proposed_by by_command", N: "roles outcome"},
    "sessions": {I: "account_id", E: "browser sid notice", S: "id_token", N: "digest forgery_key"},
    "signed_days": {N: "statement signature"},
    "signed_heads": {I: "case_id", N: "head acts_head path"},
    "stamped_days": {N: "stamp"},
    "sweeps": {I: "case_id", N: "holder pause"},
    "tasks": {
        I: "task_id case_id party claimed_by lapsed_of supplement_act",
        N: "city procedure step stage body urgency state outcome clock",
    },
    "worker_job_ends": {N: "job last_reason"},
    "worker_jobs": {I: "worker_id", N: "job"},
}
"""By table and care, every column that holds more than numbers and instants."""

LOGGED: Mapping[Care, str] = {
    I: "act account by to officer party case_id case_number access_case_id update_case_id by_case caused_by granted_by "
    "cause ordered_case_id task_id asked_by_task about_task evidence submission withdrawn withdrawn_except reopens "
    "reopens_except beside id in_place_of tasks serving grant grantee of_case named delegation",
    F: "words",
    N: "city procedure dataset_id bodies body from_body for_body body_of_county concerned data_items except_items "
    "choices rules_digest step stage outcomes outcome digest back_to because own_due_before access_mode access_modes "
    "given use key_digest source article openness trigger restriction kind type roles to_body named_class entry_fields "
    "entry_items known_items period own_periods own_due_at calendar scope document basis zh en "
    "effect misuse left_items left_mode posts moving ordered finding seat audience shared stop at_most",
}
"""By care, what events and acts hold besides numbers, instants and yes or no: the engine and its histories get it, and
it is never free text."""

PLAIN_IN_CONTENT = frozenset(
    {name for name, field in FIELDS.items() if field.kind not in TEXTS} | {"dataset_id", "imported", "outcome"}
)
"""What comes with an act and is no free text: codes, days, and the drafts of entries that are published. Whatever
else comes with one is sealed, also what nobody has thought of yet."""


def is_sealed_in_content(name: str, value: Any) -> bool:
    """Whether a field of what was written with an act is sealed."""
    return name not in PLAIN_IN_CONTENT and value is not None and value != ""


def classified(columns: Mapping[Care, str]) -> Iterator[tuple[str, Care]]:
    """The names of one table, each with its care."""
    for care, names in columns.items():
        for name in names.split():
            yield name, care
