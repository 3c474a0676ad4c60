"""What a migration may take from a program that runs: nothing, unless the release before had stopped using it.

While an upgrade is under way the programs of the release before work on the new schema, and after a step back they do
so again. Hence a migration *expands*: it adds. One that takes something away, renames it or demands more *contracts*,
and says so by a line `contracts = "00NN"`, the revision with which what it takes had become of no use: one that the
last release has, for its programs are the oldest that still run. Triggers, functions and privileges are not compared
here; the tests of the last release, on the new schema, meet them (`tests/migrations/test_expand_and_contract.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RELEASED = "0030"
"""The newest revision that the last release has; `RELEASED_COMMIT` is its code. Both move on with each release."""
RELEASED_COMMIT = "8e13abe"

COLUMNS = """
select c.relname || '.' || a.attname as what, format_type(a.atttypid, a.atttypmod) as kind,
  a.attnotnull and not a.atthasdef and a.attidentity = '' as must_be_given, a.attnotnull as never_null
from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0
  and not a.attisdropped and not c.relispartition
"""
RESTRAINTS = """
with found as (
select c.relname || ': ' || pg_get_constraintdef(k.oid) as what, c.relname as "table", k.conkey as columns, c.oid
from pg_constraint k join pg_class c on c.oid = k.conrelid
where c.relnamespace = 'public'::regnamespace and k.contype in ('c', 'f', 'u', 'x') and not c.relispartition
union all
select c.relname || ': ' || regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', 'unique '), c.relname,
  i.indkey::int2[], c.oid
from pg_index i join pg_class c on c.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace and i.indisunique and not i.indisprimary and not c.relispartition
)
select what, array(select "table" || '.' || attname from pg_attribute where attrelid = oid and attnum = any(columns))
  as columns
from found
"""
KEYS = """
select c.relname || ': ' || (select string_agg(a.attname, ', ' order by a.attname) from pg_attribute a
  where a.attrelid = c.oid and a.attnum = any(i.indkey)) as what
from pg_index i join pg_class c on c.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace and i.indisunique and i.indpred is null and i.indexprs is null
  and not c.relispartition
union
-- Programs write into this partition alone; what lies in the others has left it.
select regexp_replace(c.relname, '_current$', '') || ': ' || (select string_agg(a.attname, ', ' order by a.attname)
  from pg_attribute a where a.attrelid = c.oid and a.attnum = any(i.indkey)) as what
from pg_index i join pg_class c on c.oid = i.indrelid
where c.relnamespace = to_regnamespace('years') and c.relname like '%_current' and i.indisunique and i.indpred is null
  and i.indexprs is null
"""


@dataclass(frozen=True)
class Column:
    """What a program relies on of a column."""

    kind: str
    must_be_given: bool
    """Whether a row without it is refused."""
    never_null: bool


@dataclass(frozen=True)
class Schema:
    """What programs rely on: columns by `table.column`, what refuses a row, by which columns a row is the only one."""

    columns: dict[str, Column]
    restraints: Mapping[str, Sequence[str]]
    """Each with the columns that it is about."""
    keys: frozenset[str]

    @property
    def tables(self) -> set[str]:
        return {name.partition(".")[0] for name in self.columns}


def taken(before: Schema, after: Schema) -> list[str]:
    """What a program that knows the schema before misses in the schema after, each in one line."""
    missing = [f"{name} is gone" for name in sorted(before.columns.keys() - after.columns.keys())]
    for name, column in sorted(after.columns.items()):
        known = before.columns.get(name)
        if known is None:
            if column.must_be_given and name.partition(".")[0] in before.tables:
                missing.append(f"{name} is new and must be given")
        elif known.kind != column.kind:
            missing.append(f"{name} was {known.kind} and is {column.kind}")
        elif (column.must_be_given and not known.must_be_given) or (column.never_null and not known.never_null):
            missing.append(f"{name} may be left out no longer")
    for rule in sorted(after.restraints.keys() - before.restraints.keys()):
        about = after.restraints[rule]
        # What a program does not know it leaves out, and what is left out is equal to nothing and refused by no check.
        left_out = any(name not in before.columns and not after.columns[name].never_null for name in about)
        if rule.partition(":")[0] in before.tables and not left_out:
            missing.append(f"rows are refused by {rule}")
    gone = [key for key in sorted(before.keys - after.keys) if key.partition(":")[0] in after.tables]
    return missing + [f"rows are not unique any longer by {key}" for key in gone]
