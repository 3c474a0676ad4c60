"""The names of the legal procedures, as packs, cases and calls spell them. Each is defined here and nowhere else."""

from __future__ import annotations

ACCESS_REQUEST = "access_request"
"""有条件开放数据申请: an applicant asks for a conditionally open dataset."""
ACCESS = "access"
"""数据获取: the life of one grant. No pack describes it: it keeps the rules of the request that ended in it."""
OBJECTION = "objection"
"""异议: somebody shows that open data infringes a right or is wrong."""
LEAK = "leak"
"""泄露、安全问题报告: somebody reports a leak or a security problem, where a law has a procedure for it."""
CATALOGUE_UPDATE = "catalogue_update"
"""目录更新: an entry of the catalogue changes, whatever made it change."""
DEMAND = "demand"
"""目录外需求: somebody asks for data that is not in the catalogue."""
OPENNESS_REVIEW = "openness_review"
"""开放属性评估: what is closed or conditional is evaluated from time to time."""
EMERGENCY_UPKEEP = "emergency_upkeep"
"""应急开放数据动态更新: whether data opened in an emergency is updated as the public needs it, again and again."""
RECTIFICATION = "rectification"
"""责令改正: a body that breached a duty is made to put it right; others than its bodies do not see it."""
MISUSE = "misuse"
"""利用行为监督、举报: somebody reports how data is used, or a body finds it; the use may be closed or restricted."""
MISUSE_APPEAL = "misuse_appeal"
"""利用行为申诉: a user of data appeals against what was taken of the grant, where a law hears such appeals."""
QUALITY_CHECK = "quality_check"
"""质量校核: who obtained data doubts it, or found a fault in it, and its provider reports the result of the check."""

OPENING_FOCUS = "opening_focus"
"""年度开放重点: what a city opens first in a year, drawn up with the departments concerned and the public."""
OPENING_PLAN = "opening_plan"
"""年度开放计划: what a body is to open in a year."""

EVALUATION = "evaluation"
"""考核评估: the authority evaluates a year of opening."""
IMPROVEMENT = "improvement"
"""评估问题整改: a body answers what it did about a finding of an evaluation."""

OPENING_ELSEWHERE = "opening_elsewhere"
"""平台外开放备案: a body that opens data outside the platform files that beforehand."""
SHARING_REQUEST = "sharing_request"
"""共享申请: a department, or another unit with a public task, asks for data of a department."""

ACCOUNT_CHANGE = "account_change"
"""平台账户申请: a body asks for an account of the platform, or for a change of one."""
CONTACT_CHANGE = "contact_change"
"""联系人备案: a body says who its contact for the platform is, or who has become it."""
USE_REPORT = "use_report"
"""利用情况反馈: who was granted data reports at the agreed interval how it is used, and a body assesses the use."""


def described_by_packs() -> frozenset[str]:
    """The procedures that a pack can describe: all of these but the life of a grant, which no text describes."""
    return frozenset(value for name, value in globals().items() if name.isupper() and isinstance(value, str)) - {ACCESS}


YEARLY = (OPENING_FOCUS, OPENING_PLAN, EVALUATION)
"""Those of which each case is about one calendar year of a city, or of one of its bodies."""

ABOUT_A_USER = (MISUSE, MISUSE_APPEAL)
"""Those about what somebody did with data."""
