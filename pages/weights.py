"""What the calls of the pages cost, and which of them meet a harder limit; in both languages the same."""

from __future__ import annotations

import re

from activities.rates.buckets import Limit
from api.http.rating import LOOKS, SENDS, Weight, Weights
from api.weights import A_DEAR_ONE

ENGLISH_TOO = r"(?:/en)?"

OF_PAGES = Weights(
    (
        Weight(LOOKS, re.compile(r"(?:/en)?/ready|(?:/en)?/static/[^/]+"), cost=0),
        Weight(
            LOOKS,
            re.compile(
                ENGLISH_TOO
                + r"(?:/[^/]+)?/figures|.*\.(?:csv|pdf|zip|jpg)|(?:/en)?/supervision/(?:promptly|accesses|use)"
            ),
            cost=A_DEAR_ONE,
        ),
        Weight(LOOKS, re.compile(ENGLISH_TOO + r"/login/(?:issuer|callback)"), limit=Limit.LOGINS),
        Weight(SENDS, re.compile(ENGLISH_TOO + r"/login"), limit=Limit.LOGINS),
        Weight(SENDS, re.compile(ENGLISH_TOO + r"/catalogue/import"), A_DEAR_ONE, Limit.UPLOADS),
        Weight(
            SENDS,
            re.compile(
                ENGLISH_TOO + r"/(?:datasets/[^/]+/(?:request|objection|quality-check|misuse|sharing)"
                r"|[^/]+/(?:demands|leaks|feedback|declarations/[a-z_]+|accounts|contacts)/new"
                r"|(?:my/grants/[^/]+/)?measures/[^/]+/appeal|my/grants/[^/]+/use-reports"
                r"|catalogue/(?:new|[^/]+/(?:update|elsewhere))|supervision/rectifications/new|desk/(?:years|findings))"
            ),
            A_DEAR_ONE,
            Limit.FILINGS,
        ),
    )
)
