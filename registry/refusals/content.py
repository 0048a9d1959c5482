"""Refusals of malformed content: codes, numbers, files, notes, receipts, keys, signatures."""

from registry.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class NotCanonical(Invalid):
    """The value has no canonical JSON form (RFC 8785): a fraction, a number beyond 2^53, or no JSON."""

    code, title = "not-canonical", "内容无法写成规范形式"


class ProofRange(Invalid):
    """A proof was asked for an entry or a size that the tree does not have."""

    code, title = "proof-range", "记录号超出账本范围"


class TileUnknown(NotFound):
    """No tile of a ledger has this path (C2SP tlog-tiles)."""

    code, title = "tile-unknown", "没有这个路径的账本分片"


class MonitorRefused(Unavailable):
    """The monitored node gave no usable answer: nothing was compared."""

    code, title = "monitor-refused", "被监测的节点没有给出可用的答复，未作比较"


class WitnessRefused(Invalid):
    """A witness or its settings cannot be used as stated."""

    code, title = "witness-refused", "见证方的设置无效"


class NoteRefused(Invalid):
    """A signed note or checkpoint is malformed or not signed by a known key."""

    code, title = "note-refused", "签名文书无效"


class StatementUnknown(NotFound):
    """No statement of a reconciliation has this number, or none was made with the peer yet."""

    code, title = "statement-unknown", "没有这份对账声明"


class ReceiptRefused(Invalid):
    """A receipt is not byte for byte what its issuer signed."""

    code, title = "receipt-refused", "回执无效"


class ReviewDecisionRefused(Invalid):
    """A decision on a review is not byte for byte what its issuer signed, or is about another receipt."""

    code, title = "review-decision-refused", "核实判定无效"


class LineUnknown(NotFound):
    """A receipt has no line of that ``ref``."""

    code, title = "line-unknown", "回执中没有这一方"


class PdfUnavailable(Unavailable):
    """This node cannot print: the extra ``pdf`` or a font with Chinese characters is missing."""

    code, title = "pdf-unavailable", "本节点不能生成 PDF，请使用 JSON 回执"


class KeyCurrent(Conflict):
    """The key that signs now cannot be revoked; it must be rotated first."""

    code, title = "key-current", "该密钥仍在使用，请先轮换"


class SigningKeyUnknown(NotFound):
    """This node never signed with such a key."""

    code, title = "signing-key-unknown", "本节点没有用过这把签名密钥"


class ReplayRefused(Invalid):
    """The answer cannot be replayed: other rules, other law tables, or another ledger than at hand."""

    code, title = "replay-refused", "不能按原样重放该答复"


class KeysMalformed(Invalid):
    """A document of public keys cannot be read."""

    code, title = "keys-malformed", "公钥文件无法识别"


class KeysDamaged(Unavailable):
    """The key directory is incomplete: going on would answer from a wrong identifier index."""

    code, title = "keys-damaged", "密钥目录不完整"


class KeysLocked(Unavailable):
    """The key files are encrypted and no passphrase at hand opens them, or its file may be read by others."""

    code, title = "keys-locked", "密钥文件已加密，口令缺失或不正确"


class TokenUnavailable(Unavailable):
    """The PKCS#11 token that holds a signing key does not answer: module, token, PIN or key is missing."""

    code, title = "token-unavailable", "存放签名密钥的令牌不可用"


class SealBroken(Unavailable):
    """Sealed content cannot be opened with the key at hand."""

    code, title = "seal-broken", "密封内容无法打开"


class PeerSignature(Forbidden):
    """A peer's request is unsigned, altered, too old, or signed by an unknown key."""

    code, title = "peer-signature", "对方签名无效"


class UsccMalformed(Invalid):
    """Not the eighteen characters of GB 32100-2015."""

    code, title = "uscc-malformed", "统一社会信用代码格式不正确"


class UsccImpossible(UsccMalformed):
    """Eighteen well-formed characters that no authority issues: no such department, kind or place (GB 32100-2015)."""

    code, title = "uscc-impossible", "不可能是统一社会信用代码：没有这个登记管理部门、机构类别或者行政区划"


class OrganisationCodeMalformed(Invalid):
    """Not the nine characters of GB 11714."""

    code, title = "organisation-code-malformed", "组织机构代码应为 8 位字符和 1 位校验码"


class UsccCheckCharacter(Invalid):
    """Eighteen well-formed characters whose last one contradicts the others (GB 32100-2015)."""

    code, title = "uscc-check-character", "统一社会信用代码校验码不正确"


class ResidentIdMalformed(Invalid):
    """Not a resident number of GB 11643: length, characters or birth date. Never quotes the number."""

    code, title = "resident-id-malformed", "居民身份证号码格式或出生日期不正确"


class ResidentIdCheckCharacter(Invalid):
    """A resident identity number whose last character contradicts the others. Never quotes the number."""

    code, title = "resident-id-check-character", "居民身份证号码校验码不正确"


class DateMalformed(Invalid):
    """Not a calendar day in one of the accepted spellings."""

    code = "date-malformed"
    title = "日期不存在或看不明白，应写作 2026-03-05、2026/3/5、2026.3.5、20260305、2026年3月5日 或 二〇二六年三月五日"


class AmountMalformed(Invalid):
    """Not an amount that is exact to the fen."""

    code = "amount-malformed"
    title = "金额应为精确到分的非负数，可写作 1.2、1.2万元、12000元、12,000.00元 或 壹万贰仟元整"


class AmountContradiction(Invalid):
    """One cell states two different sums."""

    code, title = "amount-contradiction", "同一格写了两个不同的金额，应只写一个，或者大小写一致"


class UnitNotStated(Invalid):
    """An amount whose unit neither its cell nor its heading states."""

    code, title = "unit-not-stated", "没有写明金额的单位，请写作 1.2万元 或 12000元，或者在表头注明（万元）或（元）"


class FileTooLarge(Invalid):
    """A file, or what it unpacks to, is larger than one filing may be."""

    code, title = "file-too-large", "文件过大"


class FileFormat(Invalid):
    """A file of a kind that is not read here: encrypted, or something else."""

    code, title = "file-format", "文件格式不受支持"


class FileUnreadable(Invalid):
    """A file that claims a format it does not keep: truncated, damaged or wrongly put together."""

    code, title = "file-unreadable", "文件已损坏或无法读取"


class FileEncoding(Invalid):
    """Text that is not, from beginning to end, UTF-8 or GB18030."""

    code, title = "file-encoding", "文字编码应为 UTF-8 或 GB18030"


class FileShape(Invalid):
    """Well-formed, but not a table of rows and text cells."""

    code, title = "file-shape", "文件内容不是由行和列组成的表"


class XmlDoctype(Invalid):
    """An XML file with a document type declaration; none is needed and all are refused."""

    code, title = "xml-doctype", "XML 文件不得含有 DOCTYPE 声明"


class TooManyRows(Invalid):
    """More rows than one filing may have."""

    code, title = "too-many-rows", "行数超过上限"


class NoHeader(Invalid):
    """A table without a row of column headings."""

    code, title = "no-header", "缺少表头"


class DuplicateColumn(Invalid):
    """Two columns with the same meaning."""

    code, title = "duplicate-column", "列重复"


class UnknownColumn(Invalid):
    """Columns that nobody knows and that may change what a row means, such as one of a unit, a term or a state."""

    code, title = "unknown-column", "存在无法识别的列"


class MissingColumn(Invalid):
    """A column the template requires is not there."""

    code, title = "missing-column", "缺少必需的列"


class NoPolicy(Invalid):
    """No publicity policy of this severity was in force on the date of the document."""

    code, title = "no-policy", "文书日期没有可适用的公示期限"


class SectorUnknown(NotFound):
    """No sector of the plan has this code."""

    code, title = "sector-unknown", "没有这个领域"


class IdTypeUnknown(Invalid):
    """A kind of identity document that no code table has; a look-up under it would find nobody."""

    code, title = "id-type-unknown", "证件类型不在代码表中"


class IdNumberMalformed(Invalid):
    """Not the shape of any identity document's number. Never quotes the number."""

    code, title = "id-number-malformed", "证件号码格式不正确"


class PersonalNumber(Invalid):
    """An identity number where a name or an organisation's code belongs. Never quotes the number."""

    code, title = "personal-number", "此处不得填写个人证件或电话号码"


class Sm2Unavailable(Unavailable):
    """SM2 signatures cannot be made or verified here: the program ``openssl`` is missing or does not answer."""

    code, title = "second-signature-unavailable", "本机不能签署或者核验 SM2 签名"
