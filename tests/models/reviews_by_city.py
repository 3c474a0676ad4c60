"""The reviews that the law of each city asks of a draft: of any, and by how the questions about it were answered."""

from __future__ import annotations

from collections.abc import Mapping

from tests.models.bench import INVENTED

ALWAYS = {
    "nanning": {"security_review", "processing_record"},
    "yulin": {"security_review", "processing_record", "authority_assessment"},
    "guangzhou": {"risk_assessment", "processing_record"},
    "lianyungang": {"processing_record", "authority_review", "operator_review", "provider_review"},
    "nanjing": {"confidentiality_review", "processing_record"},
    INVENTED: {"board_review", "technical_review"},
}
"""City to the reviews of any draft that opens data."""
BY_ANSWER: Mapping[str, Mapping[str, str]] = {
    "nanning": {
        "law_in_question": "legality_review",
        "specialised": "expert_argument",
        "secrets_or_privacy": "committee_review",
        "group_interests": "consultation",
    },
    "yulin": {
        "law_in_question": "legality_review",
        "specialised": "expert_argument",
        "secrets_or_privacy": "committee_review",
        "group_interests": "consultation",
    },
    "guangzhou": {
        "law_in_question": "legality_review",
        "specialised": "expert_argument",
        "secrets_or_privacy": "proof",
    },
    "lianyungang": {},
    "nanjing": {},
    INVENTED: {"secrets_or_privacy": "privacy_review"},
}
"""City to the review that each question brings where it applies."""
ONLY_FINDS = {"nanning": {"committee_review"}}
"""City to the reviews whose finding against a draft goes to the authority and sends nothing back."""
AHEAD_OF_TURN = {
    **{city: {"compilation"} for city in ("nanning", "nanjing", "guangzhou")},
    "yulin": {"emergency_compilation"},
}
"""City to what lies open while another update goes first, for its clock runs from the event or the receipt."""
