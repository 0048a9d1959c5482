"""Refusals of accounts, penalties, checks, the exchange, the ledger and requests."""

from registry.errors import Conflict, Forbidden, Invalid, NotFound, Stale, Unavailable


class OutOfRole(Forbidden):
    """The role does not carry this permission."""

    code, title = "out-of-role", "该账号的角色不能办理此事项"


class OutOfScope(Forbidden):
    """The sector or district lies outside the account's grant."""

    code, title = "out-of-scope", "该事项不在账号的领域或地区授权范围内"


class KeyUnknown(Forbidden):
    """The access key is missing, unknown, revoked or past its account's last day."""

    code, title, status = "key-unknown", "缺少访问密钥，或密钥无效", 401  # as HTTP asks


class TransitionRefused(Conflict):
    """The act is not possible in the present state."""

    code, title = "transition-refused", "当前状态下不能办理此事项"


class ConcurrentChange(Conflict):
    """Two acts changed one row at the same time, twice in a row; reading it again shows the result."""

    code, title = "concurrent-change", "同时发生的修改相互冲突，请重试"


class StoreUnavailable(Unavailable):
    """The database cannot be read or written now."""

    code, title = "store-unavailable", "数据存储暂不可用，未作出任何答复"


class CheckFailed(Unavailable):
    """A check failed: none of its parties was checked."""

    code, title = "check-failed", "核查未能完成，未作出任何答复，不得当作未查到"


class LedgerSetBack(Unavailable):
    """The database is older than the head that this node recorded outside it, as after a restore from a backup:
    nothing is signed or published until ``registry exchange renew-epoch``."""

    code = "ledger-set-back"
    title = "数据库比本节点自己记下的旧，像是从备份恢复的：已停止签名和公布，须先执行 registry exchange renew-epoch"


class EpochOver(Stale):
    """A cursor of an epoch that is over: after a restore the entry numbers were given again. The answer has the new
    ``epoch``; begin again with ``after=0``."""

    code, title, status = "epoch-over", "账本的纪元已更换，请以新纪元从头读起", 410
    members = ("epoch",)


class LedgerBroken(Unavailable):
    """The stored ledger contradicts its last signed head: nothing more is signed until a person has examined it."""

    code, title = "ledger-broken", "登记簿与上次签名的检查点不一致，已停止签名"


class PenaltyUnknown(NotFound):
    """No such penalty within the caller's scope."""

    code, title = "penalty-unknown", "没有这条处罚记录"


class NarrowTheQuestion(Invalid):
    """A look into the past would have to read too many records that have changed since."""

    code, title = "narrow-the-question", "此时点以后变动的记录过多，请改查较近的时点或者今天"


class RecordUnknown(NotFound):
    """Nothing is published under this id."""

    code, title = "record-unknown", "没有公开的此条记录"


class CheckUnknown(NotFound):
    """The caller's department made no such check."""

    code, title = "check-unknown", "没有这次核查"


class ImportUnknown(NotFound):
    """The caller's account imported no such file."""

    code, title = "import-unknown", "没有这次文件报送"


class FileUnfinished(Conflict):
    """The rows of a file are not all filed yet: its answer is not complete."""

    code, title = "file-unfinished", "文件尚未处理完毕，请稍后再取"


class FileForgotten(NotFound):
    """A file's bytes are no longer kept: their time is over, or they were erased."""

    code, title = "file-forgotten", "文件原件已不保存：已满保存期限，或者已依法删除；请查看逐行意见"


class DepartmentUnknown(NotFound):
    """No department has this code."""

    code, title = "department-unknown", "没有这个部门代码"


class AccountUnknown(NotFound):
    """No account has this name, or it is no longer valid."""

    code, title = "account-unknown", "没有这个账号，或账号已失效"


class PeerUnknown(NotFound):
    """No peer has this code."""

    code, title = "peer-unknown", "没有这个交换节点"


class NotSealed(NotFound):
    """The entry is newer than the last signed head; its proof exists after the next sealing."""

    code, title = "not-sealed", "该记录号尚未签入检查点，请稍后再取证明"


class AlreadyFiled(Conflict):
    """The same decision (authority, document number and subject) is filed already."""

    code, title = "decision-already-filed", "同一决定（机关、文号、相对人相同）已经报送"


class DecisionRemovedBefore(Conflict):
    """The record of the same decision was withdrawn or repaired here: filing it anew takes a stated reason."""

    code, title = "decision-removed-before", "同一处罚决定此前已在此撤回或修复，重新报送应当写明理由（例外理由）"


class AccountTaken(Conflict):
    """An account of this name exists."""

    code, title = "account-taken", "账号名已被使用"


class KeyReused(Conflict):
    """An Idempotency-Key came again with another request."""

    code, title = "idempotency-key-reused", "同一 Idempotency-Key 用于了不同的请求"


class AuthorityNotOwn(Forbidden):
    """The department files its own decisions only."""

    code, title = "authority-not-own", "只能报送本机关作出的处罚决定"


class SelfVerification(Forbidden):
    """The person who filed, drafted or accepted may not take the step that another person has to take."""

    code, title = "self-verification", "此步骤须由另一人办理"


class SecondPersonMissing(Forbidden):
    """The act takes two persons: one proposes it, another confirms it. Nobody does it alone."""

    code, title = "second-person-missing", "此事项须由一人提出、另一人确认"


class AccountRequired(Forbidden):
    """Without an account the node's shell may only set up a node that has no two security administrators yet."""

    code, title = "account-required", "本节点已有安全管理员，此事项须以账号办理（--as）"


class OwnRights(Forbidden):
    """Nobody confirms what widens the rights of the own account."""

    code, title = "own-rights", "不得确认扩大本人权限的事项"


class ProposerUnfit(Forbidden):
    """Who proposed may not do so any more: the account has ended, or has another role."""

    code, title = "proposer-unfit", "提出人的账号已失效或不再有此权限"


class ProposalUnknown(NotFound):
    """No such proposal that the caller may see."""

    code, title = "proposal-unknown", "没有这项待确认事项"


class ProposalDecided(Conflict):
    """The proposal was confirmed or refused before."""

    code, title = "proposal-decided", "此事项已经确认或者退回"


class ProposalExpired(Conflict):
    """The proposal was not confirmed in time; it may be proposed again."""

    code, title = "proposal-expired", "此事项逾期未确认，须重新提出"


class RecordErased(Conflict):
    """The content of the record was erased already."""

    code, title = "record-erased", "该记录的内容已经依法删除"


class ErasureOfForeignRecord(Conflict):
    """Another node owns the record: its owner erases it, and this node then clears its copies."""

    code, title = "erasure-of-foreign-record", "该记录属于其他节点，须由其所属节点删除"


class ErasureBlocked(Conflict):
    """An application about the record is open; it is decided before the record is erased."""

    code, title = "erasure-blocked", "该记录还有未办结的异议或者修复申请，办结后才能删除"


class ErasureGroundUnknown(Invalid):
    """The legal ground of an erasure is none of those in force (reference kind ``erasure_grounds``)."""

    code, title = "erasure-ground-unknown", "没有此项删除事由"


class ErasureRoleNeeded(Forbidden):
    """The database role of this process may only append. Confirm on a shell that connects as the erasure role."""

    code, title = "erasure-role-needed", "本进程的数据库角色不得删除内容，须以删除角色连接后确认"


class ProposalOpen(Conflict):
    """The same act about the same thing waits for a second person already."""

    code, title = "proposal-open", "同一事项已经提出，正待另一人确认"


class IdentityChanged(Conflict):
    """A correction names another authority, document or subject: that is another decision."""

    code, title = "identity-changed", "更正不得改变处罚机关、文号或相对人，请撤回后另行报送"


class FilingRefused(Invalid):
    """A filed penalty breaks rules; ``errors`` names each field."""

    code, title = "filing-refused", "报送内容不符合要求"


class MeasureRefused(Invalid):
    """A measure breaks the term its statute allows."""

    code, title = "measure-refused", "限制措施不符合法定期限"


class ConfirmationMissing(Invalid):
    """What was found about a filing must be confirmed, with a reason, by the officer who verifies it."""

    code, title = "confirmation-missing", "报送件有需要核验人确认的事项，请写明确认的理由"


class ChangeInFuture(Invalid):
    """A decision cannot have been changed on a day that has not come."""

    code, title = "change-in-future", "变更日期不得晚于今天"


class VersionStale(Stale):
    """If-Match names a version that is no longer current."""

    code, title = "version-stale", "记录已被他人修改，请刷新后重试"


class EntryAhead(Invalid):
    """The requested ledger size has not been reached."""

    code, title = "entry-ahead", "所指定的登记号大于当前登记簿长度"


class QueryRefused(Invalid):
    """A query parameter is malformed, repeated, or unknown to the API."""

    code, title = "query-refused", "查询参数不正确"


class QueryEncoding(Invalid):
    """The query string is not text in UTF-8; read as such it would ask for something else."""

    code, title = "query-encoding", "查询文字应以 UTF-8 编码发送（收到的可能是 GBK），请重新输入"


class BodyRefused(Invalid):
    """The request body is not the JSON that the route takes; ``errors`` names each field."""

    code, title = "body-refused", "请求内容不正确"


class BatchMalformed(Invalid):
    """An exchange batch or receipt is not the canonical JSON it should be."""

    code, title = "batch-malformed", "交换批次格式不正确"


class BatchDigest(Invalid):
    """The digest of an exchange batch is not that of its records: nothing of it was stored."""

    code, title = "batch-digest", "交换批次摘要不符，未存入任何内容"


class BatchTooLarge(Invalid):
    """An exchange batch has more records or bytes than one batch may."""

    code, title = "batch-too-large", "交换批次超过条数或字节上限"


class RemovalShare(Unavailable):
    """A peer would remove too many of its records: nothing is taken from it until a person has examined it."""

    code, title = "removal-share", "批次撤除的记录比例过大，等待人工确认"


class PeerPaused(Unavailable):
    """Nothing is taken from this peer until a person releases it."""

    code, title = "peer-paused", "该交换节点的来文已暂停，等待人工确认"


class PeerTaken(Conflict):
    """A peer of this code, or with this key, exists."""

    code, title = "peer-taken", "交换节点代码或公钥已被使用"


class PeerRefused(Invalid):
    """The address or the public key of a peer cannot be used."""

    code, title = "peer-refused", "交换节点的地址或公钥不正确"


class ReleaseUnknown(NotFound):
    """No release of many quarantined records of this number waits for its second person, or was confirmed."""

    code, title = "release-unknown", "没有待确认的此次成批处理"


class MemberRefused(Invalid):
    """A statement about a member or the administrators is malformed, out of order, or not signed by two of them."""

    code, title = "member-refused", "成员声明不正确，或者缺少两名管理员的签名"


class MemberConflict(Conflict):
    """A statement contradicts one that is known: the same revision, or an authority for which another node speaks."""

    code, title = "member-conflict", "成员声明与已登记的声明矛盾"


class ItemUnknown(NotFound):
    """No quarantined item has this number."""

    code, title = "item-unknown", "没有这条待处理的交换记录"


class TooManyParties(Invalid):
    """A check has more parties than it may."""

    code, title = "too-many-parties", "一次核查的家数超过上限"


class PartiesUnreadable(Invalid):
    """A bidders' file lacks a column or has one that is not known."""

    code, title = "parties-unreadable", "投标人名单的列不正确，应有 name 和 uscc"


class KeysForeign(Unavailable):
    """The keys at hand did not sign this store's newest checkpoint: nothing is answered with them."""

    code, title = "keys-foreign", "本机密钥与数据存储不匹配，未作出任何答复"


class ValueRefused(Invalid):
    """A value that no column can hold, such as text with a NUL character."""

    code, title = "value-refused", "含有无法存储或查询的字符或数值"
