"""The fields that people state: what each is, and how it is called; `rules.vocabulary` says which form asks for it.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.pinned import Label


class Kind(StrEnum):
    """How a field is filled in."""

    PROSE = "prose"
    """Free text."""
    LINE = "line"
    """Free text that is written in one line, such as a number by which something is known."""
    CHOICE = "choice"
    """One of the values that the city's law knows."""
    ITEMS = "items"
    """Data items of the dataset."""
    FILES = "files"
    """Files that were uploaded."""
    DAY = "day"
    WORKING_DAYS = "working_days"
    """A number of working days: `10wd`."""
    COUNT = "count"
    YES = "yes"
    DIGEST = "digest"
    """The SHA-256 of a text, in hexadecimal digits."""
    ENTRY = "entry"
    """A draft of an entry of the catalogue."""
    ANSWERS = "answers"
    """What is answered with a draft: a form of its own."""


TEXTS = frozenset({Kind.PROSE, Kind.LINE})
"""Kinds of what people write in their own words."""


@dataclass(frozen=True)
class Field:
    """Something that people state, and its name for people."""

    name: str
    kind: Kind
    zh: str
    en: str

    @property
    def label(self) -> Label:
        return Label(zh=self.zh, en=self.en)


class Part(StrEnum):
    """What a field of a decision is about, where it belongs to some decisions only."""

    GRANT = "grant"
    """The terms of a grant."""
    DATA = "data"
    """What was done to data, or to its entry."""
    LIMIT = "limit"
    """The time limit that is set for who must act on the decision."""
    AGREEMENT = "agreement"
    """What is signed."""
    USE = "use"
    """What was found of the use of data, and what is left of the grant."""


@dataclass(frozen=True)
class Asked:
    """A field as one form asks for it.

    `description` is for documents of the API. No rule of a city demands it there unless it is `demandable`; without
    one that is `always` there the form is not read at all.
    """

    name: str
    description: str | None = None
    demandable: bool = True
    always: bool = False
    part: Part | None = None


FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        # what somebody files
        Field("purpose", Kind.PROSE, "申请用途", "purpose"),
        Field("scenario", Kind.PROSE, "应用场景", "application scenario"),
        Field("safeguards", Kind.PROSE, "安全保障措施", "security safeguards"),
        Field("data_items", Kind.ITEMS, "申请数据项", "data items"),
        Field("urgency", Kind.CHOICE, "紧急程度", "urgency"),
        Field("access_mode", Kind.CHOICE, "获取方式", "access mode"),
        Field("use", Kind.CHOICE, "使用类别", "use"),
        Field("tender_reference", Kind.LINE, "招标等竞争结果编号", "reference of the tender or other competition"),
        Field("ground", Kind.CHOICE, "异议理由", "ground"),
        Field("statement", Kind.PROSE, "说明", "statement"),
        Field("evidence", Kind.FILES, "证据", "evidence"),
        Field("leak", Kind.CHOICE, "是否发生泄露", "whether data has leaked"),
        Field("trigger", Kind.CHOICE, "更新事由", "what happened"),
        Field("occurred_on", Kind.DAY, "事由发生日", "day on which it happened"),
        Field("breach", Kind.CHOICE, "违规情形", "breach"),
        Field("misuse", Kind.CHOICE, "违法违规利用的情形", "kind of misuse"),
        Field("found_by", Kind.CHOICE, "如何发现", "how it came to be known"),
        Field("asked_by", Kind.CHOICE, "申请单位类别", "who asks"),
        Field("taken_by", Kind.CHOICE, "由谁采取措施", "by whom the measure was taken"),
        Field("account_action", Kind.CHOICE, "申请事项", "what is asked for"),
        Field("account_user", Kind.LINE, "账户使用人", "user of the account"),
        Field("contact", Kind.LINE, "联系人", "contact"),
        Field("contact_filing", Kind.CHOICE, "首次报送或者变更", "whether the contact is the first or another one"),
        Field("reached_at", Kind.LINE, "联系方式", "how the contact is reached"),
        Field("discovered_on", Kind.DAY, "发现之日", "day on which it was found"),
        # what a user of data reports of its use
        Field("uses", Kind.PROSE, "使用情况", "use that was made of the data"),
        Field("results", Kind.PROSE, "形成的成果", "results that came of it"),
        Field("source_cited", Kind.PROSE, "成果中注明的数据来源", "source of the data, as the results cite it"),
        Field("obtained_on", Kind.DAY, "获取数据的日期", "day on which the data was obtained"),
        Field("elsewhere", Kind.LINE, "开放途径", "where it is opened"),
        Field("special_reason", Kind.PROSE, "不能通过开放平台开放的特殊原因", "why not on the platform"),
        Field("opens_on", Kind.DAY, "开放开始日", "day from which it is open"),
        # what a body decides
        Field("reason", Kind.PROSE, "理由", "reason"),
        Field("basis", Kind.PROSE, "依据", "legal basis"),
        Field("reference", Kind.LINE, "文号", "reference"),
        Field("access_mode_basis", Kind.PROSE, "获取方式的依据", "basis for the access mode"),
        Field("conditions", Kind.PROSE, "使用条件", "conditions of use"),
        Field("text", Kind.PROSE, "补充说明", "further remarks"),
        Field("answer", Kind.PROSE, "对异议人的答复", "answer to the objector"),
        Field("measure", Kind.PROSE, "所采取的措施", "measure that was taken"),
        Field("result", Kind.PROSE, "校核结果", "result of the check"),
        Field("processing", Kind.PROSE, "所作的处理", "processing of the data"),
        Field("masking", Kind.PROSE, "考虑过的脱敏、脱密等处理", "masking that was considered"),
        Field("mounting", Kind.PROSE, "数据资源挂载情况", "mounting of the data"),
        Field("need", Kind.PROSE, "确需开放的理由", "need for opening the data"),
        Field("processed_on", Kind.DAY, "处理完成日", "day of the processing"),
        Field("held_from", Kind.DAY, "征求意见开始日", "first day of the consultation"),
        Field("held_until", Kind.DAY, "征求意见截止日", "last day of the consultation"),
        Field("time_limit", Kind.WORKING_DAYS, "期限（工作日）", "time limit in working days"),
        Field("last_day", Kind.DAY, "截止日", "last day of the time limit"),
        Field("named_class", Kind.CHOICE, "所指明的开放类型", "class that is proposed or set"),
        Field("entry_changes", Kind.YES, "处理涉及目录条目变更", "whether the processing changes the entry"),
        Field("valid_days", Kind.COUNT, "授权天数", "days of the grant"),
        Field("daily_calls", Kind.COUNT, "每日调用限额", "quota of calls on one day"),
        Field("report_days", Kind.COUNT, "反馈使用情况的间隔天数", "days between reports on use"),
        Field("misused_grant", Kind.LINE, "所涉授权的案件编号", "case number of the grant"),
        Field("left_items", Kind.ITEMS, "仍可使用的数据项", "data items that the grant is left"),
        Field("left_mode", Kind.LINE, "仍可使用的获取方式", "access mode that the grant is left"),
        Field("focus", Kind.PROSE, "年度开放重点", "focus of the year"),
        Field("plan", Kind.PROSE, "年度开放计划", "plan of the year"),
        Field("plan_tasks", Kind.PROSE, "开放工作任务", "tasks of opening"),
        Field("milestones", Kind.PROSE, "重要时间节点", "milestones"),
        Field("plan_datasets", Kind.PROSE, "计划开放的数据集", "datasets to be opened"),
        Field("plan_safeguards", Kind.PROSE, "保障措施", "measures that secure the plan"),
        Field("quality_statistics", Kind.PROSE, "开放数据质量监测统计", "statistics on the quality of open data"),
        Field("rating_statistics", Kind.PROSE, "利用主体评价监测统计", "statistics on the ratings of users"),
        Field("platform_report", Kind.PROSE, "开放平台运行报告", "report on the running of the platform"),
        Field("opening_work", Kind.PROSE, "公共数据开放工作", "the work of opening"),
        Field("opening_quality", Kind.PROSE, "公共数据开放质量", "quality of what is open"),
        Field("opening_quantity", Kind.PROSE, "公共数据开放数量", "quantity of what is open"),
        Field("plan_execution", Kind.PROSE, "年度开放计划和管理制度的执行", "how plans and rules are carried out"),
        Field("use_effect", Kind.PROSE, "数据利用成效", "effect of the use of data"),
        Field("dispatch_efficiency", Kind.PROSE, "调度管理效率", "efficiency of the handling of requests"),
        Field("application_support", Kind.PROSE, "应用支撑能力", "support for applications"),
        Field("service_level", Kind.PROSE, "服务评价水平", "how services are rated"),
        Field("collecting", Kind.PROSE, "政务数据归集", "collecting of data"),
        Field("sharing", Kind.PROSE, "政务数据共享", "sharing of data"),
        Field("improvements", Kind.PROSE, "改进意见", "what is to be improved"),
        Field("digest", Kind.DIGEST, "所签文本的摘要", "digest of the text that is signed"),
        # what a draft of an entry says and answers
        Field("entry", Kind.ENTRY, "目录条目更新稿", "draft of the entry"),
        Field("answers", Kind.ANSWERS, "随更新稿所作的回答", "answers with the draft"),
        Field("openness", Kind.CHOICE, "拟定的开放类型", "proposed openness"),
        Field("change", Kind.CHOICE, "与现行开放类型相比", "compared with the class of today"),
        Field("sharing_class", Kind.CHOICE, "共享类型", "class of sharing"),
        Field("origin", Kind.CHOICE, "数据来源", "origin of the data"),
        Field("law_in_question", Kind.CHOICE, "是否存在合法性疑问", "whether law is in question"),
        Field("specialised", Kind.CHOICE, "是否专业性较强", "whether the data is specialised"),
        Field(
            "secrets_or_privacy",
            Kind.CHOICE,
            "是否涉及商业秘密或者个人隐私",
            "whether secrets or privacy are touched",
        ),
        Field("group_interests", Kind.CHOICE, "是否涉及特定群体利益", "whether interests of groups are touched"),
        Field("masked", Kind.CHOICE, "是否经脱密、脱敏处理", "whether the data is masked"),
        Field("subjects_consent", Kind.CHOICE, "数据主体是否同意", "whether the data subjects consent"),
        Field("closed_case", Kind.CHOICE, "不予开放的情形", "the case in which data stays closed"),
        Field("conditional_case", Kind.CHOICE, "有条件开放的情形", "the case on which a conditional class rests"),
        Field("priority", Kind.CHOICE, "重点和优先开放的类别", "kind of data that is opened first"),
        Field("readability", Kind.CHOICE, "格式是否易于识别和加工", "whether the formats are easy to process"),
        Field("state_secrets", Kind.CHOICE, "是否涉及国家秘密", "whether state secrets are touched"),
        Field(
            "security_or_stability",
            Kind.CHOICE,
            "是否可能危及安全或者稳定",
            "whether security or stability is in danger",
        ),
        Field("statutory_ban", Kind.CHOICE, "是否依法禁止开放", "whether a law forbids the opening"),
        Field(
            "agreement_or_rights",
            Kind.CHOICE,
            "是否受协议或者他人权利所限",
            "whether an agreement or rights of others forbid it",
        ),
        Field("work_secrets", Kind.CHOICE, "是否涉及工作秘密", "whether work secrets are touched"),
        Field("internal_affairs", Kind.CHOICE, "是否涉及本机构内部事务", "whether internal affairs are touched"),
    )
}

ENTRY: Mapping[str, Label] = {
    "title": Label(zh="名称", en="title"),
    "abstract": Label(zh="摘要", en="abstract"),
    "domain": Label(zh="所属领域", en="domain"),
    "items": Label(zh="数据项", en="data items"),
    "formats": Label(zh="数据格式", en="formats"),
    "openness": Label(zh="开放类型", en="openness"),
    "conditions": Label(zh="开放条件", en="conditions"),
    "basis": Label(zh="依据", en="legal basis of the class"),
    "sharing_reason": Label(zh="限制共享的理由", en="reason for limiting the sharing"),
    "sharing_basis": Label(zh="限制共享的依据", en="basis for limiting the sharing"),
    "update_frequency": Label(zh="更新频率", en="update frequency"),
    "provider": Label(zh="数据开放主体", en="provider"),
    "grade": Label(zh="数据级别", en="grade of the data"),
    "supervision": Label(zh="监管措施", en="measures of supervision"),
}
"""What an entry of the catalogue can state, and so all that a pack may demand of one; a fault of it is named
`entry.title`."""
