"""Refusals of backup and restore."""

from registry.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class BackupMalformed(Invalid):
    """The folder is no backup: its manifest is missing or not what this program writes."""

    code, title = "backup-malformed", "不是可识别的备份"


class BackupDamaged(Invalid):
    """A file of a backup is missing, cut off or altered."""

    code, title = "backup-damaged", "备份文件缺失、不完整或者被改动"


class BackupForeign(Conflict):
    """A backup is of another node, or was not signed by the signing key at hand."""

    code, title = "backup-foreign", "备份不属于本节点，或者不是用现有密钥签名的"


class BackupNewer(Conflict):
    """A backup was made by a newer release: its schema is not known here."""

    code, title = "backup-newer", "备份由更新的版本生成，请先安装该版本"


class BackupStoreDiffers(Conflict):
    """A backup of one kind of database cannot be restored into another."""

    code, title = "backup-store-differs", "备份与目标数据库的类型不同"


class BackupRunning(Conflict):
    """Another backup is being written into the same folder."""

    code, title = "backup-running", "另一次备份正在写入同一目录"


class BackupFailed(Unavailable):
    """The database could not be copied: nothing was left behind."""

    code, title = "backup-failed", "备份未能完成，没有留下任何文件"


class RestoreFailed(Unavailable):
    """The database could not be loaded from the backup: nothing of it was kept."""

    code, title = "restore-failed", "恢复未能完成，没有写入任何数据"


class RestoreNotEmpty(Conflict):
    """A restore only fills an empty place: nothing that is there is ever replaced."""

    code, title = "restore-not-empty", "恢复的目标不是空的"


class RestoreKeysMissing(NotFound):
    """The keys are not in place: they are restored before the database, from where they are kept apart."""

    code, title = "restore-keys-missing", "密钥目录尚未恢复，请先放回密钥"


class RestoreUnsound(Unavailable):
    """The restored database is not what the backup's manifest says, or its ledger contradicts itself."""

    code, title = "restore-unsound", "恢复后的数据未通过核验，请勿启动"


class PassphraseWrong(Forbidden):
    """The sealed keys of a backup do not open with this passphrase."""

    code, title = "passphrase-wrong", "口令不正确，或者密钥文件被改动"


class ContentCleared(NotFound):
    """The content was cleared when its retention period was over; that there was one is still on file."""

    code, title = "content-cleared", "已满保存期限，内容已清除"


class AnswerCleared(Conflict):
    """An Idempotency-Key came again after its answer was cleared: what was asked was done, and is not done again."""

    code, title = "answer-cleared", "该 Idempotency-Key 的请求已经办理，其应答已满保存期限并清除，不再重复办理"
