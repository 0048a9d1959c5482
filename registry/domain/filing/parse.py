"""Parse and clean one filed row: a ``Filing``, or every fault at once.

Source of the fields and their rules: 发改办财金〔2018〕424号; kinds of penalty: 行政处罚法 9.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping

from registry.domain.filing import decision, document_number, exclusions, kinds, party, places, plausibility
from registry.domain.filing.columns import PLAIN, Headings
from registry.domain.filing.model import Filing, Note, Rules
from registry.domain.filing.row_reader import RowMemory, RowReader
from registry.errors import Fault

_NUMBER_PART = re.compile(r"[0-9]+|[^\W\d_]+")
_NUMBER_WORDS = re.compile("第(?=[^号]*[0-9])|[号號]")
_SEVERITIES = {"0": "未定", "1": "一般", "2": "较重", "3": "严重", "4": "轻微"}
_MINOR = "4"
"""This house's code: the set of 2016 has none for 轻微, and its 0 means undecided."""
_FIRM = "9"
"""The registering department of firms and sole traders in a code (GB 32100-2015); none of them imposes penalties."""
_LISTED = re.compile(r"[;；、,，\n]")
_KINDS = ("kinds", "kinds_more", "content")
_SUMS = (*_KINDS, "fine", "confiscated", "permit")
_ORGANS = ("authority_name", "authority_code", "source_name", "source_code")
_FIRST = ("first_published_on", "first_published_at", "decided_on")
_CONFINED = ("confined_action", "confined_start", "confined_end")


def clean(
    row: Mapping[str, str],
    rules: Rules,
    today: dt.date,
    headings: Headings = PLAIN,
    memory: RowMemory | None = None,
) -> tuple[Filing | None, list[Fault], list[Note]]:
    """Parse a row keyed by field: the filing, or None and every fault; in either case notes of what was cleaned.

    Faults and notes point at the column as the file calls it (``headings``), or at the field. Nothing raises
    and no detail quotes a cell: an identity number may stand anywhere in a row whose columns have shifted.
    ``memory``: of the table that the row is from, for the same rules and day.
    """
    reader = RowReader(row, headings, memory)
    exclusions.check_reportable(reader)
    filing = _build_filing(reader, rules, today)
    if reader.faults:
        return None, list(dict.fromkeys(reader.faults)), list(dict.fromkeys(reader.notes))
    for finding in plausibility.findings(filing, reader.once):
        reader.note(finding.pointer.removeprefix("/"), finding.code, finding.detail)
    return filing, [], list(dict.fromkeys(reader.notes))


def document_key(number: str) -> str:
    """Comparable key of a document number, equal for two spellings of one number.

    Only its words and numbers count: brackets of any kind, dashes, blanks, 第, 号 (號) and leading zeros do not. The
    key of a key is the key itself, so that keys stored under an earlier rule are compared by applying this one.
    """
    folded = _NUMBER_WORDS.sub("", "".join(unicodedata.normalize("NFKC", number).upper().split()))
    key = ""
    for part in _NUMBER_PART.findall(folded):
        is_number = part[0].isdigit()
        # 2026 and 1 are two numbers; words need no mark between them.
        key += ("·" if is_number and key[-1:].isdigit() else "") + (part.lstrip("0") or "0" if is_number else part)
    return key or folded


def _build_filing(row: RowReader, rules: Rules, today: dt.date) -> Filing:
    override = row.optional("override_reason")
    subject = party.parse_party(row, rules, override)
    decided = row.once("decided", ("decided_on",), lambda: decision.decided_on(row, today))
    party.note_minor(row, subject, decided)
    chosen = row.once("kinds", _KINDS, lambda: kinds.read_kinds(row, rules))
    fine, confiscated, permit = row.once("sums", _SUMS, lambda: _read_sums(row, chosen, rules))
    authority_name, authority_code, source_name, source_code = row.once(
        "organs", _ORGANS, lambda: _read_organs(row, rules)
    )
    served = row.once("served", ("served_on", "decided_on"), lambda: decision.served_on(row, decided, today))
    first_on, first_at = row.once("first", _FIRST, lambda: decision.first_publication(row, decided, today))
    return Filing(
        subject=subject,
        document_number=_read_document_number(row),
        behaviour_text=row.once("act", ("behaviour_text", "title", "facts"), lambda: _read_behaviour_text(row)),
        behaviour=row.once("code", ("behaviour",), lambda: _read_behaviour(row, rules)),
        facts=_read_statement(row, "facts"),
        basis=_read_statement(row, "basis"),
        kinds=chosen,
        content=_read_statement(row, "content"),
        fine_fen=fine,
        confiscated_fen=confiscated,
        permit=permit,
        decided_on=decided or today,
        effect_until=row.once(
            "effect", ("effect_until", "decided_on", "served_on"), lambda: decision.effect_until(row, decided, served)
        ),
        publicity_until=row.once(
            "publicity", ("publicity_until", "decided_on"), lambda: decision.publicity_until(row, decided)
        ),
        authority_name=authority_name,
        authority_code=authority_code,
        source_name=source_name,
        source_code=source_code,
        remark=row.text("remark"),
        title=row.text("title", limit=200),
        sectors=row.once("sectors", ("sectors",), lambda: _read_sectors(row, rules)),
        district=row.once("district", ("district",), lambda: places.read_district(row, rules)),
        severity=row.once("severity", ("severity", "override_reason"), lambda: _read_severity(row)),
        measures=row.once("measures", _CONFINED, lambda: decision.measures(row, rules)),
        override_reason=override,
        served_on=served,
        first_published_on=first_on,
        first_published_at=first_at,
    )


def _read_sums(row: RowReader, chosen: tuple[str, ...], rules: Rules) -> tuple[int | None, int | None, str | None]:
    fine, confiscated, permit = decision.amounts(row, chosen, rules)
    kinds.note_sums(row, {"罚款": fine, "没收": confiscated})
    return fine, confiscated, permit


def _read_organs(row: RowReader, rules: Rules) -> tuple[str, str, str, str]:
    authority = _read_authority(row, rules)
    return *authority, *_read_source(row, *authority)


def _read_statement(row: RowReader, name: str) -> str:
    return row.once(name, (name,), lambda: row.statement(name))


def _read_behaviour(row: RowReader, rules: Rules) -> str | None:
    return _read_code(row, "behaviour", rules.behaviours, "behaviour-unknown")


def _read_document_number(row: RowReader) -> str:
    """The number as filed, without the label in front of it."""
    text = row.without_label("document_number", row.text("document_number", limit=128))
    if text and not row.has_fault("document_number") and (code := document_number.fault_of(text)):
        row.fault("document_number", code, document_number.DETAILS[code])
    return text


def _read_authority(row: RowReader, rules: Rules) -> tuple[str, str]:
    """The deciding authority; files of the 2016 set name it without its code."""
    name = row.organ_name("authority_name")
    default = rules.default_authority_code
    if not row.raw("authority_code") and default and row.headings.vocabulary == "2016":
        row.note("authority_code", "authority-code-default", "2016版没有处罚机关代码，采用报送单位的代码")
        return name, default
    code = party.uscc(row, "authority_code", row.text("authority_code", required=True)) or ""
    if code.startswith(_FIRM):
        row.fault(
            "authority_code", "authority-code-of-firm", "此处是企业或者个体工商户的代码，应填写处罚机关自己的代码"
        )
    return name, code


def _read_source(row: RowReader, authority_name: str, authority_code: str) -> tuple[str, str]:
    """The unit that provided the data: the deciding authority where the format has no field for it."""
    name = row.organ_name("source_name") or authority_name
    code = party.uscc(row, "source_code", row.text("source_code"))
    return name, code or authority_code


def _read_behaviour_text(row: RowReader) -> str:
    """The type of behaviour; where no such field is required, as in the set of 2016, the title of the case or its
    facts."""
    text = row.statement("behaviour_text")
    if text or row.headings.vocabulary not in ("2016", "office"):
        return text
    row.note("behaviour_text", "behaviour-derived", "没有写违法行为类型，采用处罚名称或者处罚事由")
    return row.raw("title") or row.raw("facts")


def _read_code(row: RowReader, name: str, table: Mapping[str, str], code: str) -> str | None:
    text = row.text(name)
    return row.code_in(name, text, table, code) if text else None


def _read_sectors(row: RowReader, rules: Rules) -> tuple[str, ...]:
    """The trading sectors the penalty is published in, by code or as people call them."""
    text = row.text("sectors")
    parts = [part.strip() for part in _LISTED.split(text) if part.strip()]
    if not parts and not rules.default_sectors and not row.has_fault("sectors"):
        row.fault("sectors", "required", "必填项为空")
    return places.read_sectors(row, parts, rules)


def _read_severity(row: RowReader) -> str | None:
    """The severity stated by the filer: 1, 2 or 3 of the 2016 code, or minor with its reason; undecided is None."""
    code = _read_code(row, "severity", _SEVERITIES, "value-unknown")
    if code == _MINOR and not row.raw("override_reason") and not row.has_fault("override_reason"):
        row.fault("override_reason", "severity-reason-missing", "失信严重程度为轻微的，应当写明认定的理由")
    return None if code == "0" else code
