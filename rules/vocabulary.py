"""What people state: every field of a filing, a decision, a signature or a draft, once.

`FIELDS` says what each is and how it is called, `FORMS` which form asks for it. Forms, what packs may demand, what a
case shows and what problems name follow from here: a new field of one city is a line in each of the two, and its pack.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.pinned import Label
from rules.procedure_names import (
    ACCESS_REQUEST,
    ACCOUNT_CHANGE,
    CATALOGUE_UPDATE,
    CONTACT_CHANGE,
    DEMAND,
    IMPROVEMENT,
    LEAK,
    MISUSE,
    MISUSE_APPEAL,
    OBJECTION,
    OPENING_ELSEWHERE,
    QUALITY_CHECK,
    RECTIFICATION,
    SHARING_REQUEST,
)


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

AGREEMENT = "agreement"
REPORT = "report"
REPORT_RESULTS = "report_results"
"""The outcomes by which a user of data reports, without results and with them; the first is also that form's name."""
SIGNATURE = "signature"
DECISION = "decision"
ANSWERS = "answers"

FORMS: Mapping[str, tuple[Asked, ...]] = {
    ACCESS_REQUEST: (
        Asked("urgency", "normal, expedited, urgent: as the city's law knows them"),
        Asked("purpose"),
        Asked("data_items", "ids of the dataset's items; none named: all"),
        Asked("scenario"),
        Asked("safeguards"),
        Asked("access_mode", "download, api, algorithm"),
        Asked("use", "general, research, commercial"),
        Asked("tender_reference"),
    ),
    OBJECTION: (
        Asked("ground", "why: one of the grounds that the city's law knows"),
        Asked("statement"),
        Asked("evidence"),
        Asked("data_items", "ids of the dataset's items; none named: all"),
        Asked("leak", "whether data has leaked already, where the city's law asks"),
    ),
    LEAK: (
        Asked("statement"),
        Asked("data_items"),
    ),
    DEMAND: (
        Asked("statement", "which data"),
        Asked("purpose", "what for"),
        Asked("use", "general, research, commercial, where the city's law knows them"),
    ),
    RECTIFICATION: (
        Asked("breach", "which duty: one of those that the city's law names"),
        Asked("statement", "what was done, or left undone"),
    ),
    MISUSE: (
        Asked("misuse", "what was done: one of the cases that the city's law knows"),
        Asked("statement", "what was seen, and of whom"),
        Asked("data_items", "ids of the dataset's items; none named: all"),
    ),
    MISUSE_APPEAL: (Asked("statement", "why the measure is wrong"),),
    IMPROVEMENT: (Asked("statement", "what the evaluation has found of the body"),),
    QUALITY_CHECK: (
        Asked("statement", "what is doubted, or wrong"),
        Asked("discovered_on", "the day on which the doubt or fault was found"),
        Asked("data_items", "ids of the dataset's items; none named: all"),
    ),
    ACCOUNT_CHANGE: (
        Asked("account_action", "a new account, a change or the end of one, as the city's law knows them"),
        Asked("account_user", "who uses it, or is to use it"),
        Asked("statement", "what is to change, and why"),
    ),
    CONTACT_CHANGE: (
        Asked("contact", "who it is from now on"),
        Asked("reached_at", "by telephone or mail"),
        Asked("discovered_on", "the day on which it changed"),
    ),
    OPENING_ELSEWHERE: (
        Asked("data_items", "ids of the dataset's items; none named: all"),
        Asked("elsewhere", "where the data is opened, such as an address"),
        Asked("special_reason", "why it cannot be opened on the platform"),
        Asked("opens_on", "the day from which it is open there"),
    ),
    SHARING_REQUEST: (
        Asked("purpose", "for which task of the department or unit"),
        Asked("access_mode", "api, download, algorithm: as the city's law knows them"),
        Asked("data_items", "ids of the dataset's items; none named: all"),
        Asked("scenario", "of another unit: in what the data is used"),
        Asked("safeguards", "of another unit: how the data is kept safe"),
    ),
    CATALOGUE_UPDATE: (
        Asked("trigger", "what happened: one of the triggers that the city's law knows", always=True),
        Asked("occurred_on", "the day on which it happened, or took effect", demandable=False),
        Asked("statement", "what happened, in words"),
        Asked("entry", "the draft, submitted with the filing", demandable=False),
        Asked("answers", "what is answered with the draft", demandable=False),
        Asked("basis", "by which law the draft narrows a class, where the city's law asks", demandable=False),
    ),
    REPORT: (
        Asked("uses", "how the data was used since the report before"),
        Asked("results", "products, services, studies that came of it; none named: none did"),
        Asked("source_cited", "how the results say where the data is from"),
        Asked("obtained_on", "the day on which the data of the results was obtained, where the city's law asks"),
    ),
    AGREEMENT: (
        Asked("purpose"),
        Asked("scenario"),
        Asked("safeguards"),
        Asked("conditions"),
        Asked("data_items", "the list of data, where the law wants one in what is signed"),
    ),
    SIGNATURE: (
        Asked("purpose"),
        Asked("scenario"),
        Asked("safeguards"),
        Asked("data_items", "the list of data, where the law wants one in what is signed"),
        Asked("digest", "of the agreement that is signed, where the city has a text of it", demandable=False),
    ),
    DECISION: (
        Asked("reason"),
        Asked("basis"),
        Asked("reference"),
        Asked("tender_reference"),
        Asked("access_mode_basis"),
        Asked("conditions", "of a signature: on which conditions the data is used", part=Part.AGREEMENT),
        Asked(
            "scenario",
            "of a signature: what the data is used in, as far as it is agreed",
            demandable=False,
            part=Part.AGREEMENT,
        ),
        Asked("digest", "of a signature: of the agreement that is signed, where the city has a text", demandable=False),
        Asked("text", demandable=False),
        Asked("answer", "what the objector is told"),
        Asked("measure", "what was done"),
        Asked("result", "of a quality check: what was found"),
        Asked("processing", "what was done to data before it is opened again"),
        Asked("masking", "of an evaluation of closed data: which masking makes it fit for opening, or was not enough"),
        Asked("mounting", "where and how the data itself was mounted for its opening"),
        Asked("need", "why data must be opened again"),
        Asked("processed_on", "the day on which the processing was done", part=Part.DATA),
        Asked("held_from", "the first day of a public consultation", part=Part.DATA),
        Asked("held_until", "its last day, which is over", part=Part.DATA),
        Asked("time_limit", "of an order: 10wd is ten working days from now", part=Part.LIMIT),
        Asked("last_day", "of an order: the last day in time, instead of `time_limit`", part=Part.LIMIT),
        Asked("named_class", "of an entry: the class that is proposed or set instead", part=Part.DATA),
        Asked("entry_changes", "the processing changes the catalogue's entry", demandable=False, part=Part.DATA),
        Asked("entry", "in a catalogue update: the draft that is submitted", part=Part.DATA),
        Asked("answers", "what is answered with that draft", demandable=False, part=Part.DATA),
        Asked("data_items", demandable=False),
        Asked("access_mode", demandable=False, part=Part.GRANT),
        Asked("valid_days", "calendar days from the grant", demandable=False, part=Part.GRANT),
        Asked("daily_calls", "how often on one day", demandable=False, part=Part.GRANT),
        Asked(
            "report_days",
            "calendar days after which a report on use is owed, again and again",
            demandable=False,
            part=Part.GRANT,
        ),
        Asked("misused_grant", "of misuse: the case number of the grant under which it was done", part=Part.USE),
        Asked("misuse", "of misuse: which it was, as it was found", part=Part.USE),
        Asked("left_items", "of misuse: the items that the grant is left", part=Part.USE),
        Asked("left_mode", "of misuse: the access mode that it is left", part=Part.USE),
        Asked("focus", "of a year: what the city opens first"),
        Asked("plan", "of a year: what the body is to open, as one text"),
        Asked("plan_tasks", "of a plan: the work that is to be done"),
        Asked("milestones", "of a plan: what is to be done when"),
        Asked("plan_datasets", "of a plan: which datasets are opened"),
        Asked("plan_safeguards", "of a plan: what secures that it is carried out"),
        Asked("quality_statistics", "of an evaluation"),
        Asked("rating_statistics", "of an evaluation"),
        Asked("platform_report", "of an evaluation"),
        Asked("opening_work", "of an evaluation"),
        Asked("opening_quality", "of an evaluation"),
        Asked("opening_quantity", "of an evaluation"),
        Asked("plan_execution", "of an evaluation"),
        Asked("use_effect", "of an evaluation"),
        Asked("dispatch_efficiency", "of an evaluation"),
        Asked("application_support", "of an evaluation"),
        Asked("service_level", "of an evaluation"),
        Asked("collecting", "of an evaluation"),
        Asked("sharing", "of an evaluation"),
        Asked("improvements", "of an evaluation"),
    ),
    ANSWERS: (
        Asked("openness", "closed, conditional, unconditional"),
        Asked("sharing_class", "for sharing between departments: unconditional, conditional, none"),
        Asked("origin", "whether the data is the provider's own or was obtained by sharing"),
        Asked("law_in_question"),
        Asked("specialised"),
        Asked("secrets_or_privacy"),
        Asked("group_interests"),
        Asked("subjects_consent"),
        Asked("closed_case", "of closed data: the case of the law's list in which it stays so"),
        Asked("conditional_case", "of conditional data: the case of the law's list on which that rests"),
        Asked("priority", "which of the kinds it is that the law has opened first, or none"),
        Asked("state_secrets"),
        Asked("security_or_stability"),
        Asked("statutory_ban"),
    ),
}
"""What each form asks for, in its order; that of a filing has the name of its procedure. Whom or what it is addressed
to (a city, a dataset, a body, an outcome) is none of these."""

FILINGS = (
    ACCESS_REQUEST,
    OBJECTION,
    LEAK,
    DEMAND,
    RECTIFICATION,
    QUALITY_CHECK,
    CATALOGUE_UPDATE,
    MISUSE,
    MISUSE_APPEAL,
    IMPROVEMENT,
    ACCOUNT_CHANGE,
    CONTACT_CHANGE,
    OPENING_ELSEWHERE,
    SHARING_REQUEST,
)
"""The forms by which a case begins."""

FOUND_BY, TAKEN_BY = "found_by", "taken_by"
ASKED_BY, SHARING_CLASS = "asked_by", "sharing_class"
FOUND_AT_RECEIPT: Mapping[str, frozenset[str]] = {
    MISUSE: frozenset({FOUND_BY}),
    MISUSE_APPEAL: frozenset({TAKEN_BY}),
    SHARING_REQUEST: frozenset({ASKED_BY, SHARING_CLASS}),
}
"""Choices that nobody states, for the service knows them: whether a body found the misuse, or somebody reported it; by
whom the measure was taken against which somebody appeals; whether a department or another unit asks for data, and the
class of sharing that the data has."""


def asked_by(form: str, *kinds: Kind, part: Part | None = None) -> tuple[str, ...]:
    """The fields of a form, in its order; of these kinds alone, where any are named, and of that part of a decision."""
    return tuple(
        asked.name
        for asked in FORMS.get(form, ())
        if (not kinds or FIELDS[asked.name].kind in kinds) and part in (None, asked.part)
    )


def demandable_of(form: str) -> frozenset[str]:
    """What a rule of a city may demand of a form; nothing of a procedure that nobody files."""
    return frozenset(asked.name for asked in FORMS.get(form, ()) if asked.demandable)


def labels() -> Mapping[str, Label]:
    """How each field is called, those of an entry by their place in it (`entry.title`)."""
    return {name: field.label for name, field in FIELDS.items()} | {
        f"entry.{name}": label for name, label in ENTRY.items()
    }


FILING_FIELDS = frozenset(name for form in FILINGS for name in demandable_of(form))
"""What filings state of what a pack may demand of one."""

DECISION_FIELDS = demandable_of(DECISION)
"""What a decision can carry: all that a grant may require, and an outcome beside what the filing states."""

STATED_BY_DECISION = DECISION_FIELDS | frozenset(asked_by(DECISION, *TEXTS))
"""What is kept of a decision as having come with it: that, and whatever else is written in words."""

REPORTED = asked_by(REPORT)
"""What a user of data reports of its use, in answer to a task of its own."""

WRITTEN_WITH_DECISION = (
    *(name for name in asked_by(DECISION) if name in STATED_BY_DECISION or FIELDS[name].kind is Kind.ANSWERS),
    *REPORTED,
)
"""What people read of a decision; the rest of it is codes, which the log has."""

SIGNED_BY_APPLICANT = demandable_of(SIGNATURE)
"""What an applicant can state with its signature."""

STATED_BY_APPLICANT = SIGNED_BY_APPLICANT | frozenset(REPORTED)
"""What an applicant can state in answer to a task of its own."""

LIST_OF_DATA = frozenset(asked_by(SIGNATURE, Kind.ITEMS))
"""The list of the data that is used, where the law wants one in what is signed."""

AGREED = frozenset((*asked_by(SIGNATURE, *TEXTS), *asked_by(DECISION, part=Part.AGREEMENT)))
"""What an agreement states, whichever of those who sign it states it first."""

TIME_LIMIT = asked_by(DECISION, part=Part.LIMIT)
"""The ways in which a decision sets a time limit for who must act on it."""

TERMS = asked_by(DECISION, part=Part.GRANT)
"""What only a decision about a request says, beside the items that it grants."""

MEASURE = asked_by(DECISION, part=Part.DATA)
"""What only a decision about data, or about its entry, says, beside the items that it is about."""

FINDING = asked_by(DECISION, part=Part.USE)
"""What only a decision about the use of data says."""

DAYS_OF_A_MEASURE = frozenset(asked_by(DECISION, Kind.DAY, part=Part.DATA))
"""The days on which something was done to the data, or was held about it."""

ANSWERED_BY_THE_SERVICE = frozenset({"change", "readability"})
"""What nobody is asked of a draft, for the draft and the entry tell it."""

QUESTIONS = frozenset(asked_by(ANSWERS)) | ANSWERED_BY_THE_SERVICE
"""What a draft of an entry answers, by which the law tells the reviews that it needs and the classes that it allows.
`openness` is the class that it proposes, `change` how that differs from today's, which the service answers itself,
`origin` whether the data was obtained by sharing, `closed_case` in which of the cases that the law lists data stays
closed, `conditional_case` on which a conditional class rests, `priority` which of the kinds it is that are opened
first, `readability` whether a format of it is easy to process, which the service answers as well."""

UNLISTED = "none"
"""The priority of data that is none of the kinds that are opened first."""
