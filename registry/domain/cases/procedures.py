"""Procedures of each kind of case: penalty, listing, commendation, filed records, relation, dispute, repair.

``docs/procedures.md`` is generated from them.

Sources name what asks for a step or its document. Where no text at hand does, the source says that it is this
house's rule; time limits are reference rows (``clocks.toml``), not written here.
"""

from collections.abc import Iterator

from registry.domain.cases.filed_kinds import FILED_KINDS, FiledKind
from registry.domain.cases.workflow import INITIAL, Procedure, Step
from registry.domain.permissions import Permission

HOUSE = "本登记簿规则"
_PENALTY_48 = "行政处罚法（2021修订）第四十八条"
_TWO_PERSONS = "实施方案（2018）四（四）一次核验；本登记簿规则：报送与核验分离"
_BEFORE_LISTING = (
    "河南省社会信用条例第二十八条、浙江省公共信用信息管理条例第二十七条、深圳经济特区社会信用条例第七十八条（参照）"
)
_SIGNED = "浙江省公共信用信息管理条例第二十四条（负责人签署的书面决定）（参照）"
_REPAIR = "信用修复管理办法（国家发展改革委令第36号）"
_DISPUTE = "浙江省公共信用信息管理条例第三十条；上海市社会信用条例第三十六条"
_STAY = "行政复议法（2023修订）第四十二条；行政诉讼法第五十六条；信用修复管理办法（国家发展改革委令第36号）（破产重整）"

DOCUMENTS = {
    "registration_extract": "登记机关出具的登记、变更材料",
    "legal_opinion": "法制审核意见书",
    "notice": "列入事先告知书",
    "service_proof": "送达回证",
    "statement": "陈述申辩材料",
    "decision": "列入决定书",
    "repair_notice": "信用修复告知书",
    "correction": "更正依据文书",
    "extension_decision": "延长期限决定书",
    "court_order": "人民法院文书",
    "authority_decision": "行政机关决定",
    "reorganisation_ruling": "人民法院批准重整计划的裁定",
    "resumption_order": "恢复执行文书",
    "removal_decision": "移出决定书",
    "revocation_decision": "撤销列入决定书",
    "evidence": "证明材料",
    "sealed_statement": "加盖公章的声明",
    "performance_proof": "履行义务证明",
    "public_promise": "公开作出的信用承诺书",
    "relief_decision": "异议处理或者信用修复决定书",
    "authorisation": "授权委托书",
}
"""Kinds of document, by code."""

_STAY_ACTS = frozenset({"suspend", "resume"})
_SUSPEND = frozenset({"suspend"})
_WITHDRAW = frozenset({"withdraw"})
_STAYS = ("court_order|authority_decision|reorganisation_ruling",)
_FILED = ("file", "refile")


def _unchanged(act: str, by: Permission, source: str) -> Iterator[Step]:
    """Steps that leave a published record in its state."""
    return (Step(state, act, state, by, source=source) for state in ("published", "amended", "suspended"))


PENALTY = Procedure(
    "penalty",
    (
        Step(INITIAL, "file", "filed", Permission.PENALTY_FILE, source="发改办财金〔2018〕424号"),
        Step("filed", "refile", "filed", Permission.PENALTY_FILE, source=HOUSE),
        Step("filed", "verify", "published", Permission.PENALTY_VERIFY, apart=_FILED, source=_TWO_PERSONS),
        Step("filed", "return", "returned", Permission.PENALTY_VERIFY, source=HOUSE),
        Step("returned", "refile", "filed", Permission.PENALTY_FILE, source=HOUSE),
        Step("published", "refile", "amended", Permission.PENALTY_FILE, source=HOUSE),
        Step("amended", "refile", "amended", Permission.PENALTY_FILE, source=HOUSE),
        Step("amended", "verify", "published", Permission.PENALTY_VERIFY, apart=_FILED, source=_TWO_PERSONS),
        Step("amended", "return", "published", Permission.PENALTY_VERIFY, source=HOUSE),
        *Step("published", "withdraw", "withdrawn", Permission.PENALTY_WITHDRAW, apart=_FILED, source=_PENALTY_48).each(
            "amended", "suspended"
        ),
        *_unchanged("note_change", Permission.PENALTY_FILE, _PENALTY_48),
        *_unchanged("clear_change", Permission.PENALTY_WITHDRAW, HOUSE),
        Step("published", "suspend", "suspended", Permission.RECORD_SUSPEND, _STAYS, _FILED, _STAY),
        Step("suspended", "resume", "published", Permission.RECORD_SUSPEND, ("resumption_order",), _FILED, _STAY),
        *Step(
            "published",
            "repair",
            "repaired",
            Permission.RELIEF_DECIDE,
            documents=("relief_decision",),
            apart=_FILED,
            source=_REPAIR,
        ).each("amended"),
    ),
    two_persons=_STAY_ACTS | _WITHDRAW | {"repair"},
    with_file=_SUSPEND,
)
"""A penalty starts as ``filed``; ``amended`` is published with a correction that waits for its verifier."""

LISTING = Procedure(
    "listing",
    (
        Step(INITIAL, "draft", "draft", Permission.LISTING_DRAFT, source=HOUSE),
        Step("draft", "redraft", "draft", Permission.LISTING_DRAFT, source=HOUSE),
        Step(
            "draft",
            "watch",
            "watched",
            Permission.LISTING_DRAFT,
            source="名单依据不足的只作内部留存；实施方案（2018）四（二）“探索建立”",
        ),
        Step(
            "draft",
            "review",
            "reviewed",
            Permission.LISTING_REVIEW,
            ("legal_opinion",),
            ("draft", "redraft"),
            "行政处罚法（2021修订）第五十八条（参照）；" + HOUSE,
        ),
        Step("reviewed", "return", "draft", Permission.LISTING_REVIEW, source=HOUSE),
        Step(
            "reviewed",
            "notice",
            "noticed",
            Permission.LISTING_DRAFT,
            ("notice", "service_proof"),
            source=_BEFORE_LISTING,
        ),
        *Step(
            "noticed",
            "statement",
            "heard",
            Permission.LISTING_DRAFT,
            documents=("statement",),
            source="行政处罚法（2021修订）第四十五条（参照）；" + _BEFORE_LISTING,
        ).each("heard"),
        *Step(
            "noticed",
            "decide",
            "decided",
            Permission.LISTING_DECIDE,
            documents=("decision",),
            apart=("draft", "redraft", "review"),
            source=_SIGNED,
        ).each("heard"),
        *Step("draft", "close", "closed", Permission.LISTING_DECIDE, source="陈述申辩成立的不得列入；" + HOUSE).each(
            "reviewed", "noticed", "heard"
        ),
        Step(
            "decided",
            "serve",
            "in_force",
            Permission.LISTING_DRAFT,
            ("service_proof", "repair_notice"),
            source="行政处罚法（2021修订）第六十一条（参照）；" + _REPAIR + "（两书同达）",
        ),
        Step(
            "in_force",
            "publish",
            "published",
            Permission.LISTING_PUBLISH,
            apart=("draft", "redraft"),
            source=_TWO_PERSONS,
        ),
        Step("published", "amend", "amended", Permission.LISTING_DRAFT, ("correction",), source=_DISPUTE),
        Step("amended", "correct", "published", Permission.LISTING_PUBLISH, apart=("amend",), source=_TWO_PERSONS),
        Step("amended", "reject", "published", Permission.LISTING_PUBLISH, source=HOUSE),
        Step(
            "published",
            "extend",
            "published",
            Permission.LISTING_DECIDE,
            ("extension_decision",),
            source="各名单设列依据所定的延长；" + HOUSE,
        ),
        *_unchanged("note_change", Permission.LISTING_DRAFT, _PENALTY_48 + "（参照）"),
        *_unchanged("clear_change", Permission.LISTING_REMOVE, HOUSE),
        Step("published", "suspend", "suspended", Permission.RECORD_SUSPEND, _STAYS, ("draft", "redraft"), _STAY),
        Step(
            "suspended",
            "resume",
            "published",
            Permission.RECORD_SUSPEND,
            ("resumption_order",),
            ("draft", "redraft"),
            _STAY,
        ),
        *Step(
            "published",
            "remove",
            "removed",
            Permission.LISTING_REMOVE,
            documents=("removal_decision|relief_decision",),
            apart=("draft", "redraft"),
            source="各名单设列依据所定的移出；" + _REPAIR,
        ).each("amended", "suspended"),
        *Step("published", "expire", "removed", Permission.TIME_PASSES, source="期限届满移出").each("amended"),
        *Step(
            "decided",
            "revoke",
            "revoked",
            Permission.LISTING_REMOVE,
            documents=("revocation_decision|relief_decision",),
            apart=("draft", "redraft"),
            source=_PENALTY_48 + "（参照）；" + _DISPUTE,
        ).each("in_force", "published", "amended", "suspended", "removed"),
        *Step("watched", "archive", "archived", Permission.LISTING_DRAFT, source=HOUSE).each(
            "closed", "removed", "revoked"
        ),
    ),
    two_persons=_STAY_ACTS | {"remove", "revoke"},
    with_file=_SUSPEND,
)
"""Each state up to ``in_force`` is the department's own; nothing is public, and nothing bars, before ``published``."""

_SOURCE_LIST = "名单由其他机关认定，本登记簿只转录、不重新认定；" + _TWO_PERSONS
ADOPTED_LISTING = Procedure(
    "adopted_listing",
    (
        Step(INITIAL, "file", "filed", Permission.LISTING_DRAFT, source=_SOURCE_LIST),
        Step("filed", "refile", "filed", Permission.LISTING_DRAFT, source=HOUSE),
        Step("filed", "return", "returned", Permission.LISTING_PUBLISH, source=HOUSE),
        Step("returned", "refile", "filed", Permission.LISTING_DRAFT, source=HOUSE),
        *Step("published", "refile", "amended", Permission.LISTING_DRAFT, source=_SOURCE_LIST).each("amended"),
        Step("suspended", "refile", "suspended", Permission.LISTING_DRAFT, source=_SOURCE_LIST),
        Step("amended", "return", "published", Permission.LISTING_PUBLISH, source=HOUSE),
        Step("suspended", "return", "suspended", Permission.LISTING_PUBLISH, source=HOUSE),
        *Step("filed", "verify", "published", Permission.LISTING_PUBLISH, apart=_FILED, source=_TWO_PERSONS).each(
            "amended"
        ),
        *Step(
            "published",
            "remove",
            "removed",
            Permission.LISTING_PUBLISH,
            apart=_FILED,
            source="来源名单已无此条；" + HOUSE,
        ).each("amended", "suspended"),
        Step("published", "suspend", "suspended", Permission.RECORD_SUSPEND, _STAYS, _FILED, _STAY),
        Step("suspended", "resume", "published", Permission.RECORD_SUSPEND, ("resumption_order",), _FILED, _STAY),
        *Step("published", "expire", "removed", Permission.TIME_PASSES, source="来源名单所载期限届满").each("amended"),
    ),
    two_persons=_STAY_ACTS,
    with_file=_SUSPEND,
)
"""A place on another authority's list is filed from a file of that list and verified or sent back with it; ``amended``
is published while a later state of the list waits for its verifier. A suspended place leaves with its list, and takes
other changes when it is resumed."""

COMMENDATION = Procedure(
    "commendation",
    (
        Step(INITIAL, "file", "filed", Permission.COMMENDATION_FILE, source="实施方案（2018）附件1第6、18、23、26项"),
        Step("filed", "verify", "published", Permission.COMMENDATION_VERIFY, apart=("file",), source=_TWO_PERSONS),
        Step("filed", "return", "returned", Permission.COMMENDATION_VERIFY, source=HOUSE),
        Step("returned", "refile", "filed", Permission.COMMENDATION_FILE, source=HOUSE),
        Step(
            "published", "withdraw", "withdrawn", Permission.COMMENDATION_VERIFY, apart=("file", "refile"), source=HOUSE
        ),
        Step("published", "expire", "expired", Permission.TIME_PASSES, source=HOUSE),
    ),
    two_persons=_WITHDRAW,
)
"""A commendation (守信激励) is filed and verified like a penalty; it never changes a verdict."""

_SHOWN_BY = ("registration_extract|authority_decision|evidence",)
RELATION = Procedure(
    "relation",
    (
        Step(INITIAL, "file", "filed", Permission.RELATION_FILE, _SHOWN_BY, source=HOUSE),
        Step("filed", "verify", "published", Permission.RELATION_VERIFY, apart=_FILED, source=_TWO_PERSONS),
        Step("filed", "return", "returned", Permission.RELATION_VERIFY, source=HOUSE),
        Step("returned", "refile", "filed", Permission.RELATION_FILE, _SHOWN_BY, source=HOUSE),
        Step("published", "withdraw", "withdrawn", Permission.RELATION_VERIFY, apart=_FILED, source=HOUSE),
    ),
    two_persons=_WITHDRAW,
)
"""A relation of two parties is shown to checks only. One that has ended is withdrawn and filed anew with its end."""

_APPLICANT = "申请人身份核实；" + HOUSE


def _confirmed() -> Iterator[Step]:
    """The two ways in which an applicant is confirmed: by a code, or by the department's own look."""
    yield Step("received", "confirm", "confirmed", Permission.RELIEF_APPLY, source=_APPLICANT)
    yield Step("received", "mark", "confirmed", Permission.RELIEF_HANDLE, source=_APPLICANT)


DISPUTE = Procedure(
    "dispute",
    (
        Step(INITIAL, "apply", "received", Permission.RELIEF_APPLY, ("evidence",), source=_DISPUTE),
        *_confirmed(),
        *Step("received", "accept", "accepted", Permission.RELIEF_HANDLE, source=_DISPUTE).each("confirmed"),
        *Step("received", "refuse", "refused", Permission.RELIEF_HANDLE, source=_DISPUTE).each("confirmed"),
        Step("accepted", "extend", "accepted", Permission.RELIEF_HANDLE, source="浙江省公共信用信息管理条例第三十一条"),
        Step("accepted", "decide", "decided", Permission.RELIEF_DECIDE, ("relief_decision",), ("accept",), _DISPUTE),
        *Step("received", "cancel", "cancelled", Permission.RELIEF_APPLY, source=HOUSE).each("confirmed", "accepted"),
    ),
    two_persons=frozenset({"decide"}),
)
"""异议. The record is marked from the confirmation of the applicant until the dispute is no longer open."""

REPAIR = Procedure(
    "repair",
    (
        Step(
            INITIAL,
            "apply",
            "received",
            Permission.RELIEF_APPLY,
            ("performance_proof", "public_promise"),
            source=_REPAIR,
        ),
        *_confirmed(),
        *Step("received", "accept", "accepted", Permission.RELIEF_HANDLE, source=_REPAIR).each("confirmed"),
        *Step("received", "refuse", "refused", Permission.RELIEF_HANDLE, source=_REPAIR).each("confirmed"),
        Step("accepted", "extend", "accepted", Permission.RELIEF_HANDLE, source="国办发〔2025〕22号"),
        Step(
            "accepted",
            "grant",
            "granted",
            Permission.RELIEF_DECIDE,
            ("relief_decision",),
            ("accept",),
            _REPAIR + "（谁认定、谁修复）",
        ),
        Step("accepted", "reject", "rejected", Permission.RELIEF_DECIDE, ("relief_decision",), ("accept",), _REPAIR),
        *Step("received", "cancel", "cancelled", Permission.RELIEF_APPLY, source=HOUSE).each("confirmed", "accepted"),
    ),
    two_persons=frozenset({"grant"}),
)
"""信用修复. ``grant`` ends publication, sharing and measures of the record together."""


def _filed_procedure(kind: FiledKind) -> Procedure:
    """The procedure of a filed record, the same for every kind; ``amended`` is published while a correction waits."""
    verify = Step("filed", "verify", "published", Permission.RECORD_VERIFY, apart=_FILED, source=_TWO_PERSONS)
    return Procedure(
        kind.noun,
        (
            Step(INITIAL, "file", "filed", Permission.RECORD_FILE, source=kind.source),
            Step("filed", "refile", "filed", Permission.RECORD_FILE, source=HOUSE),
            *verify.each("amended"),
            Step("filed", "return", "returned", Permission.RECORD_VERIFY, source=HOUSE),
            Step("returned", "refile", "filed", Permission.RECORD_FILE, source=HOUSE),
            *Step("published", "refile", "amended", Permission.RECORD_FILE, source=HOUSE).each("amended"),
            Step("amended", "return", "published", Permission.RECORD_VERIFY, source=HOUSE),
            *Step(
                "published", "withdraw", "withdrawn", Permission.RECORD_VERIFY, apart=_FILED, source=kind.withdrawn_by
            ).each("amended"),
            *Step("published", "expire", "expired", Permission.TIME_PASSES, source=HOUSE).each("amended"),
        ),
        two_persons=_WITHDRAW,
    )


FILED = {noun: _filed_procedure(kind) for noun, kind in FILED_KINDS.items()}
"""The procedures of filed records, by noun."""
PROCEDURES = {
    procedure.noun: procedure
    for procedure in (PENALTY, LISTING, ADOPTED_LISTING, COMMENDATION, *FILED.values(), RELATION, DISPUTE, REPAIR)
}
RELIEFS = (DISPUTE.noun, REPAIR.noun)
OPEN_RELIEF = ("received", "confirmed", "accepted")
"""The states of a relief that is not over."""
SHOWN = ("published", "amended", "suspended")
"""States in which a record is published, or comes back to be."""


def _before_publication() -> Iterator[str]:
    """States of records that are not published and may still come to be."""
    for procedure in PROCEDURES.values():
        leads = set(SHOWN)
        for _ in procedure.states:
            leads |= {step.state for step in procedure.steps if step.to in leads}
        yield from leads - {INITIAL, *SHOWN}


BEFORE_PUBLICATION = tuple(sorted(set(_before_publication())))
"""States in which a case is at work and not published yet."""
