"""Refusals of procedures: listings, commendations, relations, disputes, repairs, and the calendar."""

from registry.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class DocumentMissing(Invalid):
    """A step was taken without a document that it needs."""

    code, title = "document-missing", "缺少办理此步骤所需的文书"


class DocumentFileMissing(Invalid):
    """A step that keeps a record from the public needs the file of its document, not its number alone."""

    code, title = "document-file-missing", "此步骤须附文书原件（PDF、PNG 或 JPEG）"


class ListingUnknown(NotFound):
    """No such listing within the caller's scope."""

    code, title = "listing-unknown", "没有这条列入记录"


class AdoptedListingUnknown(NotFound):
    """No such place on an adopted list within the caller's scope."""

    code, title = "adopted-listing-unknown", "没有这条转录记录"


class AdoptionUnknown(NotFound):
    """No such filed list within the caller's scope."""

    code, title = "adoption-unknown", "没有这次名单转录"


class RemovalsChanged(Conflict):
    """What would be removed is no longer what the person who confirms it was shown: look again, and confirm that."""

    code, title = "removals-changed", "将移出的记录与核对时不同，请重新核对后确认"


class PauseChanged(Conflict):
    """The peer is not paused any more, or for something else than the person who releases it was shown."""

    code, title = "pause-changed", "该交换对象的暂停与核对时不同，请重新核对后恢复"


class SeenUnstated(Invalid):
    """Who confirms removals or releases a peer states what was shown: its number and digest, as they now stand in
    ``seen``."""

    code, title = "seen-unstated", "须写明核对时看到的数量和摘要"
    members = ("seen",)


class AdoptionUnfinished(Conflict):
    """The rows of the filed list are not all filed yet, or its filing failed: it cannot be verified."""

    code, title = "adoption-unfinished", "名单文件尚未全部报送，或者报送未能完成，不能核验"


class AdoptionSuperseded(Conflict):
    """A later state of the same list was filed: what left the list is judged by that one alone."""

    code, title = "adoption-superseded", "同一名单已报送更新的状态，请核验最新一次"


class CommendationUnknown(NotFound):
    """No such commendation within the caller's scope."""

    code, title = "commendation-unknown", "没有这条守信激励记录"


class FiledRecordUnknown(NotFound):
    """No such filed record within the caller's scope."""

    code, title = "filed-record-unknown", "没有这条报送的记录"


class RelationUnknown(NotFound):
    """No such relation within the caller's scope."""

    code, title = "relation-unknown", "没有这条关系记录"


class ReliefUnknown(NotFound):
    """No dispute or repair has this receipt number, or it lies outside the caller's scope."""

    code, title = "relief-unknown", "没有这个受理编号"


class ListStateOlder(Conflict):
    """The whole list of a later day has been taken in already."""

    code, title = "list-state-older", "已转录该名单更晚日期的全量状态"


class ListSourceRefused(Invalid):
    """The name of a list's source is too long, not plain text, or has a number of a person in it."""

    code, title = "list-source-refused", "名单来源应为机关名称，不超过二百字，不含控制字符或者个人号码"


class ListSourceDiffers(Conflict):
    """The files of a list name a source, or none of them does: a mixture would leave places that no file takes off."""

    code, title = "list-source-differs", "同一名单的各次文件应当都写明来源，或者都不写"


class DocumentUnknown(NotFound):
    """No such document within the caller's scope."""

    code, title = "document-unknown", "没有这份文书"


class DocumentRefused(Invalid):
    """A file is neither PDF, PNG nor JPEG, or too large, or its digest is not the one stated."""

    code, title = "document-refused", "附件应为 PDF、PNG 或 JPEG，且不超过规定大小"


class SchemeUnknown(Invalid):
    """No list scheme of this code is in force."""

    code, title = "scheme-unknown", "没有这个名单，或者该名单在当日不施行"


class SchemeWithoutBasis(Forbidden):
    """The scheme has no adequate legal basis: it can hold internal records, and neither publish nor bar."""

    code, title = (
        "scheme-without-basis",
        "该名单没有足够层级的设列依据，只能作内部留存，不得告知列入、公示或者限制",
    )


class MeasureOutsideScheme(Invalid):
    """A measure that the scheme does not name cannot be taken."""

    code, title = "measure-outside-scheme", "该名单没有规定此项措施，不得采取"


class GroundUnfit(Invalid):
    """A listing rests on verified penalties of the same subject or on judgments, and names them."""

    code, title = "ground-unfit", "列入须以已核验公示的同一主体的行政处罚或者生效裁判为依据"


class ListingRefused(Invalid):
    """A proposal or a step of a listing breaks rules; ``errors`` names each field."""

    code, title = "listing-refused", "列入事项的内容不符合要求"


class ListedAlready(Conflict):
    """The subject is on this list, or proposed for it, already."""

    code, title = "listed-already", "该主体已在此名单上，或者已在列入程序中"


class DefenceWindowOpen(Conflict):
    """The time for the subject's reply is not over yet."""

    code, title = "defence-window-open", "陈述申辩期尚未届满"


class TermRefused(Invalid):
    """The term of a listing is missing, not what the scheme provides, or over."""

    code, title = "term-refused", "列入期限不符合该名单的规定"


class ChangeDayMissing(Invalid):
    """Neither a day was stated since which a decision no longer stands, nor a document with its day given."""

    code, title = "change-day-missing", "应写明决定自哪一日起被变更、撤销、确认违法或者无效，或者附上写明日期的文书"


class RelationRefused(Invalid):
    """A relation breaks rules; ``errors`` names each field."""

    code, title = "relation-refused", "关系的内容不符合要求"


class RelationHeld(Conflict):
    """The same relation of the same two parties is filed or published already."""

    code, title = "relation-held", "同一双方的同一关系已经报送"


class CommendationRefused(Invalid):
    """A commendation breaks rules; ``errors`` names each field."""

    code, title = "commendation-refused", "守信激励的内容不符合要求"


class FiledRecordRefused(Invalid):
    """A filed record breaks rules; ``errors`` names each field."""

    code, title = "filed-record-refused", "报送的记录内容不符合要求"


class ReliefRefused(Invalid):
    """An application breaks rules; ``errors`` names each field."""

    code, title = "relief-refused", "申请的内容不符合要求"


class ApplicantUnfit(Forbidden):
    """Only the subject of a record, or its agent, may apply."""

    code, title = "applicant-unfit", "申请人应为该记录的当事人或者其代理人，名称和代码须与记录一致"


class ReliefOpen(Conflict):
    """An application of this kind about the record is open already."""

    code, title = "relief-open", "该记录已有一件同类申请正在办理"


class CodeWrong(Forbidden):
    """A confirmation code is unknown, used, or over."""

    code, title = "code-wrong", "核验码不正确，或者已经使用、已经过期"


class ContactRefused(Invalid):
    """The contact of a subject is no mail address."""

    code, title = "contact-refused", "联系方式应为电子邮箱地址"


class RepairTooEarly(Conflict):
    """The minimum publicity period, or the scheme's own minimum, is not over."""

    code, title = "repair-too-early", "最短公示期尚未届满，不能信用修复"


class OutcomeUnfit(Conflict):
    """This outcome of a dispute is not possible in the present state of the record."""

    code, title = "outcome-unfit", "该处理结果不适用于此记录的现状"


class NotDecidedHere(Conflict):
    """The record was decided elsewhere: its own authority decides on it."""

    code, title = "not-decided-here", "该记录由其他节点的机关作出，请向作出决定的机关申请"


class TooManyApplications(Unavailable):
    """More applications came from one address, about one record or for one subject than are taken."""

    code, title = "too-many-applications", "同一地址、同一记录或者同一当事人的申请过多，请稍后再试"
    status = 429  # the node is well: who asks has to wait


class CalendarRefused(Invalid):
    """A calendar file is not readable, or leaves out what the stored calendar has."""

    code, title = "calendar-refused", "工作日历文件不正确"


class LawRefused(Invalid):
    """Proposed rows of law cannot stand; ``errors`` names each row: unreadable, without source, overlapping, unknown
    codes, or nothing new."""

    code, title = "law-refused", "拟载入的参照数据不能成立"


class LawProposalUnknown(NotFound):
    """No proposal of this number to change the law tables."""

    code, title = "law-proposal-unknown", "没有这件参照数据变更提议"


class LawProposalDecided(Conflict):
    """The proposal is confirmed or rejected already."""

    code, title = "law-proposal-decided", "这件变更提议已经处理"


class LawMoved(Conflict):
    """The law tables are not those that the proposal was made and previewed under: propose it again."""

    code, title = "law-moved", "提议之后参照数据已经变更，请重新提议"


class ReportUnknown(NotFound):
    """No report can be made of this year: nothing was filed yet, or it has not begun."""

    code, title = "report-unknown", "没有这个年度的报告"
