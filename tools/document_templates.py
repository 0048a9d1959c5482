"""Make the DOCX templates of the documents of a case: ``python -m tools.document_templates``.

The wording names only what the values of ``services/cases/case_papers`` state; no article of law stands in it.
"""

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from registry.printing.case_documents import TEMPLATES, TITLES

_FONT = "FangSong"
_SIGNED = ("{{ authority }}（印章）", "{{ today }}")
_TO = "{{ subject }}（{{ subject_code }}）："
_REMEDIES = (
    "如不服本决定，可以自{{ reconsideration }}向{{ reviewing_authority }}申请行政复议，"
    "或者自{{ litigation }}向{{ court }}提起行政诉讼。"
)
_GROUNDS = (
    "所依据的决定和裁判：{% for ground in grounds %}{{ ground }}{% if not loop.last %}；{% endif %}{% endfor %}。"
)
_MEASURES = (
    "限制措施：{% if measures %}{% for measure in measures %}{{ measure }}{% if not loop.last %}；{% endif %}"
    "{% endfor %}{% else %}没有{% endif %}。"
)
TEXTS: dict[str, tuple[str, ...]] = {
    "notice": (
        "{{ document_number }}",
        _TO,
        "经查，{{ facts }}",
        _GROUNDS,
        "依据{{ basis }}，本机关拟将你（单位）列入{{ scheme }}。设列依据：{{ scheme_basis }}。",
        _MEASURES,
        "列入期限：{{ term }}。",
        "移出条件：{{ exit }}",
        "你（单位）有权陈述、申辩。请自收到本告知书之日起{{ reply_days }}内（{{ reply_until }}以前）向本机关提出，"
        "逾期不提出的，本机关依法作出决定。",
        "联系方式：{{ contact }}",
        *_SIGNED,
    ),
    "decision": (
        "{{ document_number }}",
        _TO,
        "经查，{{ facts }}",
        _GROUNDS,
        "陈述申辩及答复：{{ answer }}",
        "列入理由：{{ reasons }}",
        "依据{{ basis }}，本机关决定将你（单位）列入{{ scheme }}。设列依据：{{ scheme_basis }}。",
        _MEASURES,
        "列入期限：{{ term }}。",
        "移出条件：{{ exit }}",
        _REMEDIES,
        "签署：{{ position }} {{ signed_by }}",
        "{{ authority }}（印章）",
        "{{ decided_on }}",
    ),
    "service_proof": (
        "送达文书：{{ paper }}（{{ document_number }}）",
        "受送达人：{{ subject }}（{{ subject_code }}）",
        "送达机关：{{ authority }}",
        "送达方式：〔待填：直接、留置、邮寄、电子、公告〕",
        "送达地点：〔待填〕",
        "收到日期：〔待填：年 月 日〕",
        "受送达人签名或者盖章：",
        "代收人签名及与受送达人的关系：",
        "见证人签名（留置送达的）：",
        "送达人签名：〔待填：二人〕",
        "备注：",
    ),
    "repair_notice": (
        _TO,
        "你（单位）被列入{{ scheme }}（决定书{{ document_number }}）。现将信用修复的有关事项告知如下。",
        "移出条件：{{ exit }}",
        "可以申请的时间：{{ early_exit }}。",
        "申请材料：履行义务的证明、公开作出的信用承诺书，以及办理机关要求的其他材料。",
        "申请方式：在本登记簿的公示页面上申请，或者向本机关提交。",
        "联系方式：{{ contact }}",
        *_SIGNED,
    ),
    "removal_decision": (
        "〔待填：移出决定书文号〕",
        _TO,
        "你（单位）经{{ document_number }}列入{{ scheme }}，列入期限：{{ term }}。",
        "移出的事实和理由：{{ removal_reason }}",
        "依据{{ removal_basis }}以及其移出条件（{{ exit }}），本机关决定将你（单位）移出{{ scheme }}，"
        "自移出之日起停止公示，终止由此产生的限制措施。",
        _REMEDIES,
        *_SIGNED,
    ),
    "repair_decision": (
        "〔待填：信用修复决定书文号〕",
        _TO,
        "你（单位）于{{ received_on }}就{{ record_kind }}（{{ record_number }}）申请信用修复，"
        "受理编号{{ application_number }}。",
        "经审查，{{ reasons }}",
        "依据{{ basis }}，本机关决定准予信用修复：该记录的公示、共享和限制措施一并终止。",
        _REMEDIES,
        *_SIGNED,
    ),
}
"""The paragraphs of each document below its title."""


def make(kind: str) -> None:
    """Write one template."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(16)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(TITLES[kind])
    run.bold, run.font.size = True, Pt(22)
    for text in TEXTS[kind]:
        paragraph = document.add_paragraph(text)
        is_signature = text in _SIGNED or text in ("{{ authority }}（印章）", "{{ decided_on }}")
        if is_signature:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        elif text != _TO and not text.startswith(("{{ document_number }}", "〔待填：")):
            paragraph.paragraph_format.first_line_indent = Pt(32)
    document.core_properties.author = document.core_properties.comments = ""
    document.save(str(TEMPLATES / f"{kind}.docx"))


if __name__ == "__main__":
    TEMPLATES.mkdir(exist_ok=True)
    for name in TITLES:
        make(name)
