"""The kinds of filed record: what a court or an authority decided, filed with its facts and verified by another person.

A kind is one ``FiledKind`` here and the type of its body in ``domain/records``. The fields of the type beyond
those of every record are the kind's own: their titles are the columns of its files and the labels of its page, their
types the JSON of its routes. Its procedure, routes, commands, table, page and exchange are those of all filed records.
What it means in trading are rows of ``record_effects.toml``, its time limits rows of ``clocks.toml``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class FiledKind:
    """A kind of filed record.

    ``plural`` is its name in routes and commands, ``section`` the title of its facts on a page, ``headline`` the own
    field that a list shows of it. ``operative`` is the
    own field with what was ordered: what it restricts becomes a measure of the record, by the same reading as of
    penalties. ``is_own``: decided by the department that files it, else by somebody else (a court). ``for_adults``: a
    minor's is sealed and never filed. ``source`` and ``withdrawn_by`` are the law by which it is filed and withdrawn.
    """

    noun: str
    plural: str
    section: str
    headline: str
    operative: str
    source: str
    withdrawn_by: str
    is_own: bool
    for_adults: bool = False


_KINDS: tuple[FiledKind, ...] = (
    FiledKind(
        noun="criminal_judgment",
        plural="criminal-judgments",
        section="刑事裁判（转录）",
        headline="offence",
        operative="punishment",
        source="政府采购法（2014修正）第二十二条；政府采购法实施条例第十九条（刑事处罚）；人民法院生效裁判，不重新认定",
        withdrawn_by="再审改判、撤销，或者转录有误；行政处罚法（2021修订）第四十八条（参照）",
        is_own=False,
        for_adults=True,
    ),
    FiledKind(
        noun="handling_decision",
        plural="handling-decisions",
        section="行政处理决定",
        headline="matter",
        operative="outcome",
        source="全市推进公共资源配置领域政府信息公开实施方案（2018）附件1第17项",
        withdrawn_by="决定被变更、撤销、确认违法或者无效；行政处罚法（2021修订）第四十八条（参照）",
        is_own=True,
    ),
)
FILED_KINDS = {kind.noun: kind for kind in _KINDS}
"""Every kind of filed record, by noun."""
