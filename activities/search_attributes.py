"""The search attributes of case workflows: what Temporal's own lists can be searched by.

They are unencrypted and few on PostgreSQL (ten of the type Keyword, three of Datetime), so no personal data, and
nothing that only our own tables are asked for. This is the one list: embedded server, production and tests register it.
"""

from __future__ import annotations

from datetime import datetime

from temporalio.common import SearchAttributeKey

CITY: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("KaifangCity")
PROCEDURE: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("KaifangProcedure")
CASE_NUMBER: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("KaifangCaseNumber")
STAGE = SearchAttributeKey.for_keyword_list("KaifangStage")
"""The stages of the open tasks."""
BODY = SearchAttributeKey.for_keyword_list("KaifangBody")
"""The bodies that hold an open task."""
DUE_AT: SearchAttributeKey[datetime] = SearchAttributeKey.for_datetime("KaifangDueAt")
"""The earliest due instant among the open tasks."""

TYPES: dict[str, str] = {
    CITY.name: "Keyword",
    PROCEDURE.name: "Keyword",
    CASE_NUMBER.name: "Keyword",
    STAGE.name: "KeywordList",
    BODY.name: "KeywordList",
    DUE_AT.name: "Datetime",
}
"""Name → type, as the `temporal` command line spells it."""
