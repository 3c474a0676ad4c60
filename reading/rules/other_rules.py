"""The rules of a procedure besides its stages: who begins it, how periods are counted, what a party may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from reading.rules.stops_in_words import stop_in_words, stop_named
from reading.rules.words import COMMA, ONLY_WHEN, SEMICOLON, Words
from reading.words.filing_day import day_called
from rules.deadlines import DATED
from rules.pack import Pack
from rules.pinned import BEFOREHAND, Citation, FiledWithinRule, HoldRule, Label, LastDayOff, YearOf
from rules.procedure_names import RECTIFICATION
from rules.procedure_rules import PROVIDER
from rules.resolving import NotInForce, governing

FILED_BY = Label(zh="由{who}提出", en="filed by: {who}")
BY_ANOTHER_CASE = Label(zh="，或者由另一案件启动", en=", or begun by another case")
EVERY = Label(
    zh="上次评估{days}日后由系统启动，每个数据集一件", en="by the system, {days} days after the last, for each dataset"
)
EVERY_PERIOD = Label(
    zh="按协议约定的间隔由系统启动，每项授权每期一件；利用主体可以提前启动",
    en="by the system, at the interval of the agreement, one for each grant and period; the user may begin it before",
)
REPORTING = Label(zh="反馈使用情况", en="Reports on use")
REPORTED_EVERY = Label(zh="每{days}日，协议另有约定的除外", en="every {days} days, unless the agreement says otherwise")
INSPECTION = Label(zh="监督检查", en="Inspection")
INSPECTED_BY = Label(zh="由{who}登记检查结果", en="{who} puts its findings on record")
USE_RECORDS = Label(zh="利用记录", en="Record of use")
KEPT_BY_THE_USER = Label(
    zh="利用主体自行记录并提交，与访问记录并列", en="the user keeps one and submits it, beside the log of accesses"
)
ON_GROUNDS = Label(
    zh="{grounds}：自收到证据时起暂停所涉数据", en="{grounds}: the data is held from the receipt of evidence on"
)
WITHOUT_EVIDENCE = Label(zh="{when}：自收到时起暂停，无须证据", en="{when}: held from the receipt on, without evidence")

BEGINNING = Label(zh="启动", en="Beginning")
FILING = Label(zh="提出期限", en="Period for filing")
FILED_WITHIN = Label(zh="自{day}起{period}内提出", en="within {period} from the {day}")
FILED_BEFOREHAND = Label(zh="在{day}之前提出", en="before the {day}")
LATE_BARS_NOTHING = Label(
    zh="逾期的记录在案，照常受理和办理",
    en="what comes later is late on record, and is received and handled all the same",
)
SELECTION = Label(zh="适用的规定", en="Law of the case")
SELECTED_BY: Mapping[str, Label] = {
    "received": Label(
        zh="收到之日施行的规定，适用至结案", en="what is in force at the receipt, to the end of the case"
    ),
    "occurred": Label(
        zh="事由发生之日施行的规定，适用至结案", en="what is in force on the day of the event, to the end of the case"
    ),
    "opened": Label(zh="启动之日施行的规定，适用至结案", en="what is in force at the opening, to the end of the case"),
}
COUNTING = Label(zh="期限的计算", en="Counting")
COUNTED: Mapping[str, Label] = {
    "wd": Label(
        zh="以工作日计的，当日不计入，至最后一个工作日24时届满",
        en="working days: the first day is not counted, and the last ends at 24:00",
    ),
    "h": Label(zh="以小时计的，连续计算，夜间和休息日计入", en="hours: without a break, nights and days off included"),
    "d": Label(
        zh="以日计的，按公历日计算，当日不计入，至最后一日24时届满",
        en="days: calendar days; the first is not counted, and the last ends at 24:00",
    ),
    "mo": Label(
        zh="以月计的，当日不计入，至到期月的对应日24时届满；没有对应日的，至月末日",
        en="months: until 24:00 of the day of the same number in the last month, or of its last day where it has none",
    ),
}
OFF_DAY: Mapping[LastDayOff, Label] = {
    LastDayOff.STAYS: Label(zh="；最后一日是休息日的，不顺延", en="; a last day that is a day off stays the last"),
    LastDayOff.MOVES: Label(
        zh="；最后一日是休息日的，顺延至下一个工作日", en="; a last day that is a day off moves to the next working day"
    ),
}
HOLD = Label(zh="预防性暂停", en="Precautionary hold")
REVIEWED = Label(
    zh="由“{stage}”确认或者解除；一人同时至多{most}件",
    en="confirmed or lifted by “{stage}”; {most} at once for one person at most",
)
WITHDRAWAL = Label(zh="撤回", en="Withdrawal")
UNTIL_CLOSED = Label(zh="结案前可以撤回", en="until the case is closed")
SUPPLEMENT = Label(zh="补正", en="Supplement")
STOPS_CLOCK = Label(zh="要求补正的，中止计时", en="asking for one stops the clock")
STOPS_NO_CLOCK = Label(zh="要求补正不停止计时", en="asking for one stops no clock")
CORRECTION = Label(zh="更正", en="Correction")
CORRECTED = Label(zh="下一机构处理之前可以更正", en="until the next body has acted")
CORRECTED_WHEN_TOLD = Label(zh="{steps}开始之后更正的，须附{demands}", en="after {steps} has begun, with {demands}")
GRANT = Label(zh="授权期限", en="Term of access")
TERM = Label(zh="{days}日，协议另有约定的除外", en="{days} days, unless the agreement says otherwise")
REVOCATION = Label(zh="关闭权限", en="Revocation")
DELEGATION = Label(zh="授权他人", en="Delegated access")
DELEGATED_FOR = Label(
    zh="被授权人可以授权他人协助获取：限定事项、总次数和最后一日，随时可以收回",
    en="a holder may let somebody else fetch the data: for a matter, so many times in total, until a last day; "
    "revocable at any time",
)
REVOKED_BY = Label(zh="由{who}说明理由后关闭", en="by {who}, with a reason")
REVOKED_THROUGH = Label(
    zh="只经利用行为监督的决定关闭，同时公示，可以申诉",
    en="only by a decision in supervision of use, which is published and can be appealed",
)
INTERVAL = Label(zh="定期启动", en="Interval")
DAYS = Label(zh="每{days}日", en="every {days} days")
EACH_YEAR = {
    YearOf.PROVIDER: Label(
        zh="每年为每个应当提出的机构启动一次", en="begun by itself once a year for each body that owes it"
    ),
    YearOf.CITY: Label(zh="每年启动一次", en="begun by itself once a year"),
}
AGAINST = Label(zh="可以针对的机构", en="Can be directed against")
IN_PLACE = Label(zh="针对{body}的", en="Directed against {body}")
ACTS_INSTEAD = Label(zh="由{body}代为提请、责令、督促和验收", en="{body} acts in its place")
ACCEPTS_INSTEAD = Label(zh="由{body}代为审阅", en="{body} accepts in its place")
AFTER_THE_LAW = Label(zh="规定期满后", en="After the law")
RECEIVED_NO_MORE = Label(zh="{since}起不再收到", en="nothing is received from {since} on")
RECEIVED_STILL = Label(
    zh="{since}起作为补救仍予收到，适用规定最后一日的规则",
    en="from {since} on still received as a remedy, under the rules of the last day",
)
PROPOSED = Label(zh="提示", en="Proposal")
PROPOSED_AFTER = Label(
    zh="任务逾期超过{after}的，提示可以提出，不自动立案",
    en="proposed once a task is overdue for more than {after}; nothing is filed by itself",
)


@dataclass(frozen=True)
class OtherRule:
    """One rule, in the words of a language; no citation where it says no more than the steps do."""

    name: str
    says: str
    citation: Citation | None


def other_rules(pack: Pack, words: Words) -> Iterator[OtherRule]:
    """The rules of a procedure besides its stages, in the order in which people ask for them."""
    rules, say = words.rules, words.say
    yield OtherRule(say(BEGINNING), who_begins(words), rules.every.citation if rules.every else None)
    if rules.filed_within:
        yield OtherRule(say(FILING), filed_within(words, rules.filed_within), rules.filed_within.citation)
    if rules.selection:
        chosen = say(SELECTED_BY[rules.selection.selected_by])
        yield OtherRule(say(SELECTION), chosen, rules.selection.citation)
    for rule in rules.counting:
        of_off_days = say(OFF_DAY[rule.last_day_off]) if rule.unit in DATED else ""
        yield OtherRule(say(COUNTING), say(COUNTED[rule.unit]) + of_off_days, rule.citation)
    if hold := rules.hold:
        question = rules.stage(hold.reviewed_by)
        assert question, "the loader refuses a hold that no stage reviews"
        reviewed = say(REVIEWED, stage=say(question.label), most=hold.most_open)
        yield OtherRule(say(HOLD), words.join(SEMICOLON, [*held_back(words, hold), reviewed]), hold.citation)
    if rules.withdrawal:
        yield OtherRule(say(WITHDRAWAL), say(UNTIL_CLOSED), rules.withdrawal)
    if rules.supplement:
        clock = say(STOPS_CLOCK if rules.supplement.stops_clock else STOPS_NO_CLOCK)
        yield OtherRule(say(SUPPLEMENT), clock, rules.supplement.citation)
    for stop in rules.stops:
        yield OtherRule(stop_named(words, stop), stop_in_words(words, stop), stop.citation)
    if rules.correction:
        yield OtherRule(say(CORRECTION), say(CORRECTED), rules.correction)
    if rules.correcting:
        steps = words.join(COMMA, (words.place(step) for step in rules.correcting.tells))
        demands = words.join(COMMA, (words.demand(each) for each in rules.correcting.requires))
        how = say(CORRECTED_WHEN_TOLD, steps=steps, demands=demands)
        yield OtherRule(say(CORRECTION), how, rules.correcting.citation)
    if rules.grant:
        yield OtherRule(say(GRANT), say(TERM, days=rules.grant.term_days), rules.grant.citation)
    if rules.revocation:
        by = rules.revocation.by
        how = say(REVOKED_BY, who=words.either(map(words.body, by))) if by else say(REVOKED_THROUGH)
        yield OtherRule(say(REVOCATION), how, rules.revocation.citation)
    if rules.delegation:
        yield OtherRule(say(DELEGATION), say(DELEGATED_FOR), rules.delegation.citation)
    yield from _on_use(words)
    if rules.procedure == RECTIFICATION or rules.against != (PROVIDER,):
        yield OtherRule(say(AGAINST), words.join(COMMA, (words.body(role) for role in rules.against)), None)
    for role, instead in rules.in_place_of.items():
        against = say(IN_PLACE, body=words.body(role))
        done = ACTS_INSTEAD if rules.procedure == RECTIFICATION else ACCEPTS_INSTEAD
        yield OtherRule(against, say(done, body=words.body(instead.body)), instead.citation)
    if pack.in_force_until:
        yield _after_the_law(pack, words, pack.in_force_until)
    if rules.proposed:
        after = say(PROPOSED_AFTER, after=words.length(rules.proposed.after))
        yield OtherRule(say(PROPOSED), after, rules.proposed.citation)


def _on_use(words: Words) -> Iterator[OtherRule]:
    """What the holder of a grant and the bodies owe about its use."""
    rules, say = words.rules, words.say
    if rules.reporting:
        yield OtherRule(say(REPORTING), say(REPORTED_EVERY, days=rules.reporting.days), rules.reporting.citation)
    if rules.inspection:
        who = words.either(words.body(role) for role in rules.inspection.by)
        yield OtherRule(say(INSPECTION), say(INSPECTED_BY, who=who), rules.inspection.citation)
    if rules.use_records:
        yield OtherRule(say(USE_RECORDS), say(KEPT_BY_THE_USER), rules.use_records)


def _after_the_law(pack: Pack, words: Words, since: date) -> OtherRule:
    """What is received from the day on which the law has ended."""
    try:
        after = governing(pack, words.rules.procedure, since).after_the_law
    except NotInForce:
        after = None
    if after is None:
        return OtherRule(words.say(AFTER_THE_LAW), words.say(RECEIVED_NO_MORE, since=since), None)
    received = words.say(RECEIVED_STILL, since=since)
    only = [words.say(ONLY_WHEN, when=words.choices(after.only))] if after.only else []
    return OtherRule(words.say(AFTER_THE_LAW), words.join(SEMICOLON, [received, *only]), after.citation)


def who_begins(words: Words) -> str:
    """By whom cases of this procedure come to be."""
    rules = words.rules
    if rules.every and rules.every.per:
        return words.say(EVERY_PERIOD)
    if rules.every and rules.every.days:
        return words.say(EVERY, days=rules.every.days)
    if rules.every and rules.every.year_of:
        return words.say(EACH_YEAR[rules.every.year_of])
    who = words.say(FILED_BY, who=words.either(words.body(role) for role in rules.filed_by))
    if any(not choice.on_request for choice in rules.choices.get("trigger", ())):
        who += words.say(BY_ANOTHER_CASE)
    return who


def filed_within(words: Words, within: FiledWithinRule) -> str:
    """How soon the law wants a thing filed, and what becomes of what comes later."""
    day = words.say(day_called(words.rules, within))
    soon = words.say(FILED_BEFOREHAND, day=day)
    if within.period != BEFOREHAND:
        soon = words.say(FILED_WITHIN, day=day, period=words.length(within.period))
    only = [words.say(ONLY_WHEN, when=words.choices(within.when))] if within.when else []
    return words.join(SEMICOLON, [soon, *only, words.say(LATE_BARS_NOTHING)])


def held_back(words: Words, hold: HoldRule) -> list[str]:
    """What holds data back at receipt."""
    grounds = [words.choice("ground", value) for value in hold.grounds]
    also = ((name, value) for name, values in hold.also_when.items() for value in values)
    grounds += [words.choice(name, value) for name, value in also if value not in hold.without_evidence.get(name, ())]
    lines = [words.say(ON_GROUNDS, grounds=words.join(COMMA, grounds))]
    if hold.without_evidence:
        lines.append(words.say(WITHOUT_EVIDENCE, when=words.choices(hold.without_evidence)))
    return lines
