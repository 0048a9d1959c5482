"""Read and clean the subject of a filed penalty: kind, name, code, identity document."""

import datetime as dt
import re

from registry.domain import identifiers
from registry.domain.filing import alphabets, subject_name
from registry.domain.filing.model import Party, Rules
from registry.domain.filing.row_reader import RowReader
from registry.domain.publication import redaction
from registry.errors import Invalid
from registry.refusals.content import PersonalNumber, UsccCheckCharacter, UsccMalformed

_KINDS = {
    "organisation": "organisation", "sole_trader": "sole_trader", "natural_person": "natural_person",
    "自然人": "natural_person", "个人": "natural_person", "公民": "natural_person", "公民个人": "natural_person",
    "自然人个人": "natural_person", "个人自然人": "natural_person", "公民自然人": "natural_person",
    "居民": "natural_person", "01": "natural_person", "02": "", "03": "", "04": "",
}  # fmt: skip
_ORGANISATION = re.compile(
    r"(?!.*(?:自然人|个人|个体|公民)(?!独资|企业|控股)).*(?:法人|组织|企业|公司|单位|机关|团体|社团|合作社|机构|委员会|基金会|学校|医院|事务所|合伙|独资)(?:单位|类|法人)?"
)
"""How offices call one that is no person: 企业, 事业单位, 社会团体, 法人或者其他组织, 个人独资企业."""
_SOLE_TRADER = re.compile(r"个体(?!企业).*")
_NOT_READ_IN_KIND = re.compile(r"[\s()（）\[\]、/.:：-]|^[0-9]{1,2}(?=\D)|(?<=\D)[0-9]{1,2}$")
_FIRM_CODE = "001"
"""The kind of document that only an organisation or sole trader has (GB 32100-2015)."""
_OTHER_CODES = (
    "business_registration",
    "organisation_code",
    "tax_registration",
    "institution_certificate",
    "social_certificate",
)
_REGISTRATION_DIGITS = 15
"""The digits of an old registration number of a firm, and of an old resident number: which it is nobody can tell."""
_WORDS_BEFORE = re.compile(r"^(?:统一)?(?:社会)?(?:信用)?代码\s*:?\s*")
_AFTER = re.compile(r"\s*\((?:\d+[-/]\d+|(?:统一)?(?:社会)?(?:信用)?代码)\)$|\s+\d+/\d+$")
"""What stands behind a code on a licence: which of its copies it is, or what the number is."""
_QUOTED = re.compile(r"[\"'“‘\[(【《]\s*([0-9A-Z]+)\s*[\"'”’\])】》]")
_LINKS = re.compile(r"[\s\-‐‑‒–—―−－·.]")
_CITIZEN_CARD = re.compile(r"[0-9Xx\s\-‐‑‒–—―−－·.]{15,40}")


def parse_party(row: RowReader, rules: Rules, override: str | None) -> Party:
    """Parse the subject; its faults are added to ``row``, and with any fault the result must not be used."""
    kind = _read_kind(row)
    is_person = kind == "natural_person"
    name = _read_name(row, is_person)
    code = _read_subject_code(row, kind, override)
    id_type, id_number = _read_identity(row, rules) if is_person else _drop_identity(row)
    _drop_legal_identity(row, code)
    return Party(
        kind=kind,
        name=name,
        uscc=code,
        id_type=id_type,
        id_number=id_number,
        legal_representative=_read_legal_representative(row, is_person, rules),
        other_codes=_read_other_codes(row),
    )


def parse_listed_party(row: RowReader, rules: Rules) -> Party:
    """Parse the subject of a place on another authority's list, who is kept by name where no usable code or number is
    stated: foreign firms, persons without number, masked and mistyped numbers. Only the name is required.

    A code with a wrong check character is kept as it stands; a person's number in the place of a code is read as the
    number that it is. Faults and their use are those of ``parse_party``.
    """
    kind, personal = _read_kind(row), _find_personal_number(row)
    if personal and kind != "natural_person":
        row.note("uscc", "code-is-personal-number", "此处是个人证件号码，按自然人读取")
        kind = "natural_person"
    is_person = kind == "natural_person"
    name = _read_name(row, is_person)
    id_type, id_number = _read_listed_identity(row, rules, personal) if is_person else _drop_identity(row)
    code = None if is_person else _read_listed_code(row)
    if code and not is_kind_stated(row):  # the code says it, in every row of a long list
        row.notes = [note for note in row.notes if note.code != "subject-kind-derived"]
    if code and code.startswith("92") != (kind == "sole_trader"):
        row.note("subject_kind", "subject-kind-derived", "类别按代码判断")
        kind = "sole_trader" if code.startswith("92") else "organisation"
    if not (code or id_number):
        row.note("subject_name", "kept-by-name", "没有可用的代码或者证件号码，按名称转录，核查时须由人核实")
    _drop_legal_identity(row, code)
    legal_representative = _read_legal_representative(row, is_person, rules)
    other_codes = {field: text for field in _OTHER_CODES if (text := row.optional(field, limit=120))}
    return Party(kind, name, code, id_type, id_number, legal_representative, other_codes)


def is_kind_stated(row: RowReader) -> bool:
    """Whether the row itself says of which kind the subject is."""
    return bool(_stated_kind(row.raw("subject_kind")))


def uscc(row: RowReader, field: str, text: str, override: str | None = None) -> str | None:
    """Read a code without text around it; a wrong check character is accepted only with a stated reason."""
    code = identifiers.fold(text)
    bare = code if code.isascii() and code.isalnum() else _bare_code(code)
    if bare != code:
        row.note(field, "text-around-code", "已去除代码前后的说明文字，或其中的空格、连字符")
    if re.search("[a-z]", text):
        row.note(field, "lower-case", "小写字母已改为大写")
    if re.fullmatch(r"\d{15}", bare, re.ASCII):
        row.fault(field, "uscc-is-registration-number", "此处应为18位统一社会信用代码，而不是15位工商注册号")
        return None
    try:
        return identifiers.uscc(bare, is_confirmed=bool(override)) if bare else None
    except PersonalNumber:
        _fault_personal_code(row, field, bare)
    except UsccCheckCharacter as refusal:
        if override and redaction.blot(bare) != bare:
            _fault_personal_code(row, field, bare)
            return None
        if override:
            row.note(field, "check-character-overridden", "校验码不正确，按所述理由保留")
            return identifiers.uscc(bare, strict=False)
        row.fault(field, refusal.code, refusal.title)
    except UsccMalformed as refusal:
        row.fault(field, refusal.code, refusal.title)
    return None


def _bare_code(code: str) -> str:
    """The code without the words around it, its blanks and its hyphens."""
    bare = _LINKS.sub("", _AFTER.sub("", _WORDS_BEFORE.sub("", code)))
    quoted = _QUOTED.fullmatch(bare)
    return quoted[1] if quoted else bare


def _fault_personal_code(row: RowReader, field: str, code: str) -> None:
    """An identity number is no code; one that is a sound code as well needs a reason, and the second person's eye."""
    if identifiers.reads_as_both(code):
        row.fault(field, "uscc-reads-as-resident-id", "该代码同时也是有效的居民身份证号码，确为单位代码的应说明理由")
    else:
        row.fault(field, "uscc-is-personal-number", "此处是个人证件号码，不是单位代码")


def note_minor(row: RowReader, party: Party, decided_on: dt.date | None) -> None:
    """Note a person under eighteen on the day of the decision: may be filed, is never made public."""
    if party.id_type != identifiers.RESIDENT_ID or party.id_number is None or decided_on is None:
        return
    if identifiers.is_minor(party.id_number, decided_on):
        row.note("id_number", "minor", "处罚决定日不满十八周岁，任何情况下不予公示")


def _read_kind(row: RowReader) -> str:
    """The kind as stated, or derived from the code where nothing is stated."""
    text = row.text("subject_kind")
    stated_kind = _stated_kind(text)
    if stated_kind is None:
        row.fault("subject_kind", "subject-kind-unknown", "应写 法人及非法人组织、自然人 或 个体工商户")
        return "organisation"
    if stated_kind:
        return stated_kind
    code = _WORDS_BEFORE.sub("", identifiers.fold(row.raw("uscc")))
    if not text and row.raw("id_number") and not code:
        derived = "natural_person"
    else:
        derived = "sole_trader" if code.startswith("92") else "organisation"
    row.note("subject_kind", "subject-kind-derived", "未写明类别，按代码判断")
    return derived


def _stated_kind(text: str) -> str | None:
    """The kind that a word names, empty where it leaves it to the code, None for no such word."""
    if not text or text in _KINDS:
        return _KINDS.get(text, "")
    word = _NOT_READ_IN_KIND.sub("", text)
    if word in _KINDS:
        return _KINDS[word]
    if _SOLE_TRADER.fullmatch(word):
        return "sole_trader"
    return "organisation" if _ORGANISATION.fullmatch(word) else None


def _read_name(row: RowReader, is_person: bool) -> str:
    name = row.without_label("subject_name", row.text("subject_name", limit=200))
    for finding in subject_name.name_findings(name, is_person=is_person):
        row.fault("subject_name", finding, subject_name.DETAILS[finding])
    if redaction.has_personal_number(name):
        row.fault("subject_name", "personal-number", PersonalNumber.title)
    return name


def _find_personal_number(row: RowReader) -> str | None:
    """The resident number that stands where a code belongs, as lists with one column for both have it."""
    text = _bare_code(identifiers.fold(row.raw("uscc")))
    if identifiers.is_sound(text) or len(text) == _REGISTRATION_DIGITS:
        return None
    try:
        return identifiers.resident_id(text)
    except Invalid:
        return None


def _read_listed_code(row: RowReader) -> str | None:
    """The code as far as it is one: with a wrong check character as it stands, otherwise unusable none at all."""
    before = len(row.faults)
    code = uscc(row, "uscc", row.text("uscc", required=False))
    reasons = [fault.code for fault in row.faults[before:]]
    del row.faults[before:]
    if reasons == [UsccCheckCharacter.code]:
        lenient = identifiers.uscc(_bare_code(identifiers.fold(row.raw("uscc"))), strict=False)
        if redaction.blot(lenient) == lenient:
            row.note("uscc", "uscc-check-character", "校验码不正确，按所写的代码保留")
            return lenient
    for reason in reasons:
        row.note("uscc", reason, "不是可用的统一社会信用代码，未保留")
    return code


def _read_listed_identity(row: RowReader, rules: Rules, personal: str | None) -> tuple[str | None, str | None]:
    """The person's number where it can be one, else none: then the person is kept by name."""
    if personal and not row.raw("id_number"):
        return identifiers.RESIDENT_ID, personal
    before = len(row.faults)
    if not row.text("id_number", required=False):
        return None, None
    id_type, number = _read_identity(row, rules)
    reasons = [fault.code for fault in row.faults[before:]]
    del row.faults[before:]
    for reason in reasons:
        row.note("id_number", reason, "不是可用的证件号码，未保留")
    return (None, None) if reasons or not number else (id_type, number)


def _read_subject_code(row: RowReader, kind: str, override: str | None) -> str | None:
    if kind == "natural_person":
        if row.optional("uscc"):
            row.fault("uscc", "subject-kind-mismatch", "自然人不应填写统一社会信用代码")
        return None
    text = row.text("uscc", required=False)
    if not text and not row.has_fault("uscc"):
        _require_other_code(row)
        return None
    code = uscc(row, "uscc", text, override)
    if code and identifiers.reads_as_both(code):
        row.note("uscc", "uscc-reads-as-resident-id", "该代码同时也是有效的居民身份证号码，核验人须另行确认")
    if code and code.startswith("92") != (kind == "sole_trader"):
        row.fault(
            "subject_kind",
            "subject-kind-mismatch",
            "92开头的代码对应个体工商户，其他代码对应法人及非法人组织",
        )
    return code


def _require_other_code(row: RowReader) -> None:
    """A subject without a code is identified by another one: a foreign firm, an old sole trader."""
    if not any(row.raw(field) for field in _OTHER_CODES):
        row.fault(
            "uscc", "required", "必填项为空：没有统一社会信用代码的，应填写组织机构代码、工商注册号或者其他登记证号"
        )
        return
    row.note("uscc", "identified-by-other-code", "没有统一社会信用代码，按所填的登记证号识别")
    if text := row.raw("organisation_code"):
        row.parsed("organisation_code", text, identifiers.organisation_code)


def _read_other_codes(row: RowReader) -> dict[str, str]:
    """The codes of other registers; a person's number is none of them."""
    codes = {field: text for field in _OTHER_CODES if (text := row.optional(field, limit=120))}
    for field, text in codes.items():
        is_resident = identifiers.resembles_resident_id(identifiers.document_number(text))
        # With its name before it, what only has the look of an old identity number is a number of a register.
        is_personal = is_resident or redaction.has_personal_number(f"注册号{text}")
        if is_personal and not identifiers.is_sound(text):
            row.fault(field, "uscc-is-personal-number", "此处是个人证件号码，不是单位代码")
    return codes


def _read_identity(row: RowReader, rules: Rules) -> tuple[str | None, str | None]:
    number = row.text("id_number", required=True, limit=64)
    type_text = row.text("id_type", required=False)
    if type_text:
        id_type = identifiers.id_type_code(type_text, rules.id_types)
        id_type = id_type or row.code_in("id_type", type_text, rules.id_types, "id-type-unknown", rules.id_words)
    else:
        id_type = identifiers.RESIDENT_ID
        row.note("id_type", "id-type-derived", "未写明证件类型，按居民身份证核验")
    number = _join_number(row, number, id_type)
    if id_type == _FIRM_CODE or (id_type != identifiers.RESIDENT_ID and identifiers.is_sound(identifiers.fold(number))):
        row.fault(
            "id_type", "id-type-of-organisation", "统一社会信用代码不是自然人的证件，请核对相对人类别或者填写本人证件"
        )
        return id_type, None
    if id_type != identifiers.RESIDENT_ID:
        folded = identifiers.document_number(number)
        if number and not identifiers.OTHER_NUMBER.fullmatch(folded):
            row.fault("id_number", "id-number-malformed", "证件号码含有不允许的字符或长度不正确")
        return id_type, folded
    full = row.parsed("id_number", number, identifiers.resident_id)
    if full and len(number) == 15:
        row.note("id_number", "id-converted", "15位身份证号码已换算为18位")
    if full and not identifiers.is_place_known(full):
        row.note("id_number", "id-place-unknown", "身份证号码的地区代码不在现行代码内，请核对")
    return id_type, full


def _join_number(row: RowReader, number: str, id_type: str | None) -> str:
    """The number without blanks; of a resident number without hyphens as well, which are part of no such number."""
    is_card = id_type == identifiers.RESIDENT_ID and _CITIZEN_CARD.fullmatch(number)
    joined = _LINKS.sub("", number) if is_card else re.sub(r"\s", "", number)
    if joined != number:
        row.note("id_number", "number-joined", "已去除证件号码中的空格、连字符")
    return joined


def _drop_identity(row: RowReader) -> tuple[None, None]:
    for field in ("id_type", "id_number"):
        if row.raw(field):
            row.note(field, "not-kept", "相对人不是自然人，证件信息不保留")
    return None, None


def _drop_legal_identity(row: RowReader, code: str | None) -> None:
    """Note and drop identity data of the legal representative: the format does not require it, so it is never kept."""
    number = identifiers.fold(row.raw("legal_id_number"))
    if number and number == identifiers.fold(row.raw("legal_representative")):
        row.note("legal_id_number", "legal-id-is-name", "法定代表人证件号码与其姓名相同，不保留")
    elif number and number in (code, identifiers.fold(row.raw("uscc"))):
        row.note("legal_id_number", "legal-id-is-code", "法定代表人证件号码与单位代码相同，不保留")
    elif number:
        row.note("legal_id_number", "not-kept", "法定代表人证件号码不要求填报，不保留")
    if row.raw("legal_id_type"):
        row.note("legal_id_type", "not-kept", "法定代表人证件类型不要求填报，不保留")


def _read_legal_representative(row: RowReader, is_person: bool, rules: Rules) -> str | None:
    if is_person:
        if row.raw("legal_representative"):
            row.note("legal_representative", "not-kept", "自然人没有法定代表人，不保留")
        return None
    name = row.text("legal_representative", required=rules.legal_representative_required, limit=50)
    for finding in subject_name.name_findings(name, is_person=True):
        if finding in (subject_name.NAME_MASKED, subject_name.NAME_DAMAGED, alphabets.NAME_MIXED):
            row.fault("legal_representative", finding, subject_name.DETAILS[finding])
    return name or None
