"""What the calls of the API cost, and which of them meet a harder limit."""

from __future__ import annotations

import re

from activities.rates.buckets import Limit
from api.http.rating import LOOKS, SENDS, Weight, Weights

A_DEAR_ONE = 10
"""What makes a table or a document of much that is there."""

OF_THE_API = Weights(
    (
        Weight(LOOKS, re.compile(r"/healthz|/readyz|/docs/assets/.*"), cost=0),
        Weight(
            LOOKS,
            re.compile(
                r"/v1/(?:catalogue\.jsonld|figures|accesses/(?:days|use)|supervision/(?:figures|promptly|overdue/counts)"
                r"|cases/[^/]+/(?:papers/[^/]+\.pdf|case-file\.zip)|own-data\.zip)"
            ),
            cost=A_DEAR_ONE,
        ),
        Weight(SENDS, re.compile(r"/v1/evidence|/v1/catalogue/imports"), A_DEAR_ONE, Limit.UPLOADS),
        Weight(
            SENDS,
            re.compile(
                r"/v1/(?:access-requests|objections|leak-reports|misuse-reports|misuse-appeals|catalogue-updates|demands"
                r"|rectifications|quality-checks|feedback|grants/[^/]+/use-reports"
                r"|opening-focuses|opening-plans|evaluations|evaluation-findings|account-changes|contact-changes"
                r"|openings-elsewhere|sharing-requests|declarations)"
            ),
            A_DEAR_ONE,
            Limit.FILINGS,
        ),
    )
)
