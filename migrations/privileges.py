"""What each login may do with each table: all of it is here, and nothing else is granted (docs/decisions/0068).

A new table needs a line: without one nobody but the owner reaches it, and `tests/migrations/test_privileges.py` fails.
Granted anew at the end of every migration, so that what a database allows is what this says.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

LOG = logging.getLogger("kaifang.migrations")

OWNER, WRITER, GATE, READER = "kaifang_owner", "kaifang_writer", "kaifang_gate", "kaifang_reader"
NONE = ""


class Stated(NamedTuple):
    """What the API, the pages and the worker do (`writer`), what the gate does, and what is only read."""

    writer: str
    gate: str = NONE
    reader: str = "select"

    def by_role(self) -> Mapping[str, str]:
        return {WRITER: self.writer, GATE: self.gate, READER: self.reader}


READ = Stated("select")
ADDED_TO = Stated("select, insert")
"""What is there stays as it is, and stays there."""


def with_columns(*columns: str, more: str = "select, insert") -> str:
    """Rows are read and added, and of those that are there these columns change."""
    return f"{more}, update ({', '.join(columns)})"


PRIVILEGES: Mapping[str, Stated] = {
    "absences": Stated(with_columns("ended_at")),
    "account_record": ADDED_TO,
    "account_record_addresses": Stated("select, insert, delete"),
    "accounts": Stated(
        with_columns(
            *("name", "city", "body", "roles", "issuer", "subject", "kind", "organisation", "contact"),
            *("key_id", "tokens_since"),
        )
    ),
    "acts": Stated(with_columns("state", "problem", "delivered_at")),
    "alembic_version": READ,
    "bodies": Stated(with_columns("name", "county")),
    "calendar": Stated(with_columns("version", more="select")),
    "calendar_notices": ADDED_TO,
    "case_numbers": Stated(with_columns("last")),
    "cases": Stated(
        with_columns("number", "engine_number", "outcome", "closed_at", "urgency", "head", "key_id", "archived_at"),
        gate="select (case_id, for_body)",
    ),
    "cases_to_move": Stated(with_columns("failed", "retry_at", more="select, insert, delete")),
    "chain_adoptions": READ,
    "channels": Stated(
        with_columns(
            *("ended_at", "address", "secret", "next_at", "failures", "given_up"),
            *("last_error", "last_failed_at", "last_sent_at"),
        ),
        # Neither where somebody is reached nor by which secret.
        reader="select (channel_id, account_id, kind, language, created_at, ended_at, next_at, failures, given_up, "
        "last_error, last_failed_at, last_sent_at)",
    ),
    "curtailments": Stated(with_columns("ended_at", "made_public_at", "corrected_at"), gate="select"),
    "dataset_versions": ADDED_TO,
    "datasets": Stated(with_columns("openness", "items", "entry", "search", "updated_on", "updated_by"), gate="select"),
    "declaration_marks": ADDED_TO,
    "declarations": ADDED_TO,
    "declared_datasets": ADDED_TO,
    "delegated_calls": Stated("select", gate=with_columns("calls")),
    "delegations": Stated(with_columns("key_digest", "ended"), gate="select"),
    "deliveries": Stated(with_columns("state", "attempts", "next_at", "last_error", "sent_at")),
    "erasures": READ,
    "events": ADDED_TO,
    "evidence": Stated(with_columns("case_id", "scan", "scanned_at")),
    "failures": Stated(with_columns("why", "detail", "times", "last_at", "number", more="select, insert, delete")),
    "feedback": Stated(with_columns("answer", "answered_by", "answered_body", "answered_at")),
    "feeds": Stated(with_columns("last_used_at", "served", "revoked_at"), reader=NONE),
    "filed_of_bodies": ADDED_TO,
    "gate_calls": Stated("select", gate=with_columns("calls")),
    "gate_days": Stated("select", gate=with_columns("calls")),
    "gate_decisions": Stated("select", gate="insert"),
    "gate_minutes": Stated("select", gate=with_columns("calls")),
    "gate_months_dropped": READ,
    "gate_sessions": Stated("select", gate=with_columns("written_until", "ended_at", "lost")),
    "grants": Stated(with_columns("key_digest", "ended", "next_report_on"), gate="select"),
    "hand_overs": ADDED_TO,
    "invitations": Stated(
        with_columns(
            *("issuer", "subject", "email", "token_digest", "invited_at", "until_at"), more="select, insert, delete"
        )
    ),
    "kept_forms": Stated("select, insert, delete", reader=NONE),
    "logins_under_way": Stated("select, insert, delete", reader=NONE),
    "maintenance": Stated(with_columns("cancelled_at")),
    "messages": Stated(with_columns("handed_out_at", "read_at")),
    "messages_gone": READ,
    "messages_let_go": READ,
    "notices_moving": Stated(with_columns("listed_at", "moved", "done_at")),
    "objections": Stated(with_columns("disputed", "answered_at", "upheld")),
    "paper_keys": READ,
    "pinned_rules": ADDED_TO,
    "posts": Stated("select, insert, update, delete"),
    "rate_buckets": Stated(with_columns("full_at", more="select, insert, delete"), reader=NONE),
    "rate_refusals": Stated(with_columns("calls")),
    "ratings": ADDED_TO,
    "readings": ADDED_TO,
    "restrictions": Stated(
        with_columns("data_items", "except_items", "since", "ended_at", more="select, insert, delete"), gate="select"
    ),
    "revoked_tokens": Stated(with_columns("until_at", more="select, insert, delete")),
    "role_proposals": Stated(with_columns("ended_at", "outcome")),
    "sessions": Stated(
        with_columns("digest", "seen_at", "ends_at", "notice", "id_token", more="select, insert, delete"), reader=NONE
    ),
    "signed_days": ADDED_TO,
    "signed_heads": Stated(with_columns("place", "path")),
    "stamped_days": ADDED_TO,
    "sweeps": Stated(with_columns("holder", "until", "pause", more="select, insert, delete")),
    "tasks": Stated("select, insert, update, delete"),
    "worker_job_ends": Stated(with_columns("times", "last_at", "last_reason")),
    "worker_jobs": Stated(with_columns("seen_at", more="select, insert, delete")),
}
ROUTINES: Mapping[str, str] = {
    "archive_cases(timestamp with time zone, integer)": WRITER,
    "drop_gate_months(date, text)": WRITER,
    "let_messages_go(timestamp with time zone, text, bigint, integer)": WRITER,
    "look_at_archived_tables()": WRITER,
    "look_at_gate_tables()": WRITER,
    "make_archives(timestamp with time zone)": WRITER,
    "make_gate_months(date, date)": WRITER,
}
"""What the owner does for a login, within bounds of its own; the partitions themselves are nobody's but the owner's."""
SEQUENCES: Mapping[str, Stated] = {"refused_rewritings": READ}
"""`nextval` of an identity column needs none; what is refused is counted by a function of the owner's."""

ROLES = text("select rolname from pg_roles where rolname in ('kaifang_writer', 'kaifang_gate', 'kaifang_reader')")
THERE = text("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'S')")
THERE_TO_RUN = text("select oid::regprocedure::text from pg_proc where pronamespace = 'public'::regnamespace")
NOBODY_ELSE = (
    "revoke all on all tables in schema public from public",
    "revoke all on all sequences in schema public from public",
    "revoke all on all routines in schema public from public",
    "alter default privileges in schema public revoke all on tables from public",
    "alter default privileges revoke execute on routines from public",
)


FROZEN_FOR = "15s"
"""So long may the one login that does everything leave a transaction alone; `stack/databases.sql` has the others'."""
FREED = text("""
select format('alter database %I set idle_in_transaction_session_timeout = %L', datname, cast(:after as text))
from pg_database where datname = current_database() and pg_has_role(datdba, 'usage') and not exists (
  select from pg_db_role_setting where setdatabase = pg_database.oid and setrole = 0
    and array_to_string(setconfig, ' ') like '%idle_in_transaction_session_timeout=%'
)
""")
"""An operator's own figure stays."""


def grant(connection: Connection) -> None:
    """Each login may do what is stated, and nothing else, in the caller's transaction. Where the logins are not there
    (a database that was not made by `stack/databases.sql`), says so, and only the owner can use it."""
    roles = sorted(connection.execute(ROLES).scalars())
    there = frozenset(connection.execute(THERE).scalars())
    to_run = {each.replace(",", ", ") for each in connection.execute(THERE_TO_RUN).scalars()}
    for statement in NOBODY_ELSE:
        connection.execute(text(statement))
    if len(roles) < len(Stated._fields):
        LOG.warning("the logins of the database are not there, so that one does everything (docs/operations.md)")
        for statement in connection.execute(FREED, {"after": FROZEN_FOR}).scalars().all():
            connection.execute(text(statement))
    for role in roles:
        for kind in ("tables", "sequences"):
            connection.execute(text(f"revoke all on all {kind} in schema public from {role}"))
        for kind, stated in (("table", PRIVILEGES), ("sequence", SEQUENCES)):
            for name, each in stated.items():
                if name in there and each.by_role()[role]:
                    connection.execute(text(f"grant {each.by_role()[role]} on {kind} {name} to {role}"))
        for routine in (each for each, of_role in ROUTINES.items() if of_role == role and each in to_run):
            connection.execute(text(f"grant execute on function {routine} to {role}"))
