"""Say what is wrong with an installation: a table of questions, each with the words for wrong and what to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from registry.errors import Refusal
from registry.maintenance import machine_checks, store_checks
from registry.maintenance.installation import Installation

MACHINE, STORE, SCHEMA, KEYS = "machine", "store", "schema", "keys"
"""What a check needs: nothing, a store that answers, its tables as of this release, those and the keys."""
RIGHT, WRONG, UNCHECKED = "right", "wrong", "unchecked"


@dataclass(frozen=True)
class Check:
    """One question. ``name`` is permanent; ``wrong`` says what is the matter, ``remedy`` what to do about it."""

    name: str
    question: str
    find: Callable[[Installation], Iterator[str]]
    wrong: str
    remedy: str
    needs: str = MACHINE


@dataclass(frozen=True)
class Finding:
    """The answer to a check: ``right``, ``wrong`` with what was seen, or ``unchecked`` because something before it
    failed."""

    check: Check
    state: str
    seen: tuple[str, ...] = ()


def _check(name: str, needs: str, find: Callable[[Installation], Iterator[str]], *words: str) -> Check:
    question, wrong, remedy = words
    return Check(name, question, find, wrong, remedy, needs)


_M, _S = machine_checks, store_checks
CHECKS = (
    _check(
        "settings-unknown",
        MACHINE,
        _M.unknown_settings,
        "是否有程序不认识的 REGISTRY_ 变量？",
        "有不认识的设置，服务不会启动",
        "改正拼写或删去该变量；全部设置见 docs/settings.md",
    ),
    _check(
        "home-unusable",
        MACHINE,
        _M.home,
        "数据目录是否存在并且可写？",
        "数据目录不存在，或者当前用户不能写入",
        "建立目录并交给运行服务的用户：install -d -o registry -m 0750 目录",
    ),
    _check(
        "keys-missing",
        MACHINE,
        _M.keys_missing,
        "密钥文件是否齐全可读？",
        "缺少密钥文件，或者当前用户不能读取",
        "首次安装先运行 registry init；否则从另处保存的副本放回整个 keys 目录",
    ),
    _check(
        "keys-open",
        MACHINE,
        _M.keys_open,
        "密钥是否只有所有者可用？",
        "其他用户可以读取密钥",
        "chmod 0700 keys 目录，chmod 0600 其中的文件；若曾被读取，轮换密钥",
    ),
    _check(
        "keys-damaged",
        MACHINE,
        _M.keys_damaged,
        "密钥能否打开？",
        "密钥文件损坏或无法打开",
        "从另处保存的副本放回整个 keys 目录",
    ),
    _check(
        "keys-node",
        MACHINE,
        _M.keys_of_another_node,
        "密钥是否属于本节点？",
        "密钥属于另一个节点代码",
        "改正 REGISTRY_NODE，或放回本节点的密钥；节点代码不能更改",
    ),
    _check(
        "keys-retired",
        MACHINE,
        _M.keys_retired,
        "旧的私钥是否已经移走？",
        "轮换后的旧私钥还在本机",
        "移到保存密钥副本的地方",
    ),
    _check(
        "disk-full",
        MACHINE,
        _M.disk_full,
        "磁盘是否还有空间？",
        "磁盘余量不足",
        "扩容或清理；数据库写满后一切报送和核查都会被拒绝",
    ),
    _check(
        "timezone",
        MACHINE,
        _M.timezone,
        "能否读取北京时间？",
        "缺少时区数据",
        "安装 tzdata",
    ),
    _check(
        "printing",
        MACHINE,
        _M.printing,
        "能否打印回执？",
        "不能生成 PDF 回执",
        "安装扩展 pdf 和字体 fonts-noto-cjk，或设置 REGISTRY_PDF_FONT",
    ),
    _check(
        "mail",
        MACHINE,
        _M.mail,
        "邮件设置是否一致？",
        "邮件设置不完整或不安全",
        "补全 REGISTRY_SMTP_* 和 REGISTRY_MAIL_FROM；远程服务器须用 starttls 或 tls",
    ),
    _check(
        "proxy",
        MACHINE,
        _M.proxy,
        "前置代理是否已经告知？",
        "对外地址与代理设置不符",
        "对外用 https 地址，前置代理，设置 REGISTRY_PROXIES=1；REGISTRY_HOST 只听本机，见 docs/deployment.md",
    ),
    _check(
        "backup-programs",
        MACHINE,
        _M.backup_programs,
        "备份所需的程序是否已装？",
        "缺少 PostgreSQL 的客户端程序",
        "安装 postgresql-client，版本不低于服务器",
    ),
    _check(
        "store-unreachable",
        MACHINE,
        _S.unreachable,
        "能否连上数据库？",
        "连不上数据库",
        "检查 REGISTRY_DATABASE_URL、数据库服务和网络；首次安装先运行 registry init",
    ),
    _check(
        "schema",
        STORE,
        _S.schema,
        "数据库结构是否与本版本一致？",
        "数据库结构不是本版本的",
        "停止服务后运行 registry init；若数据库更新，安装相应的新版本，见 docs/upgrading.md",
    ),
    _check(
        "store-read-only",
        SCHEMA,
        _S.read_only,
        "能否写入数据库？",
        "数据库不能写入",
        "检查磁盘、角色权限，以及连接的是否为只读副本",
    ),
    _check(
        "role",
        STORE,
        _S.superuser,
        "服务使用的数据库角色是否受限？",
        "服务以超级用户连接数据库",
        "为服务建立普通角色，见 docs/operations.md",
    ),
    _check(
        "role-rewrites",
        SCHEMA,
        _S.rewriting,
        "数据库是否只许服务追加账本和审计？",
        "服务的数据库角色可以改写或清空只许追加的表",
        "以表的所有者执行 registry database roles 输出的 SQL，并让服务以 registry_app 连接",
    ),
    _check(
        "durability",
        STORE,
        _S.durability,
        "数据库是否确保已答复的内容不丢？",
        "数据库的设置可能丢失已答复的内容",
        "在 postgresql.conf 中改回 on；编码须为 UTF8",
    ),
    _check(
        "replication",
        STORE,
        _S.replication,
        "有副本时复制是否同步？",
        "有副本但复制不同步，切换时会丢失已答复的内容",
        "设置 synchronous_standby_names",
    ),
    _check(
        "clock",
        SCHEMA,
        _S.clock,
        "时钟是否准确？",
        "本机时钟与记录或数据库的时钟相差过大",
        "启用时间同步（chrony 或 systemd-timesyncd）",
    ),
    _check(
        "keys-foreign",
        KEYS,
        _S.keys_foreign,
        "密钥是否签过这个数据库？",
        "现有密钥不是这个数据库的",
        "停止服务，放回正确的密钥目录，然后 registry ledger verify",
    ),
    _check(
        "ledger",
        SCHEMA,
        _S.ledger,
        "登记簿的末端是否完好？",
        "登记簿的末端与公开记录不符",
        "停止服务，运行 registry ledger verify，从备份恢复，不要手工修改",
    ),
    _check(
        "ledger-set-back",
        SCHEMA,
        _S.set_back,
        "数据库是否比本节点记下的旧？",
        "数据库被恢复到较早的状态，或者换成了另一个",
        "若是有意恢复，registry exchange renew-epoch，然后 registry exchange reconcile；否则停止服务并查明",
    ),
    _check(
        "unsealed",
        SCHEMA,
        _S.unsealed,
        "新记录是否都已签入检查点？",
        "有记录久未签入检查点",
        "查看 worker 的日志（作业 seal）",
    ),
    _check(
        "worker",
        SCHEMA,
        _S.worker_silent,
        "worker 是否在运行？",
        "这些作业久未运行",
        "启动 registry worker（systemctl start registry-worker）并查看其日志",
    ),
    _check(
        "job-failed",
        SCHEMA,
        _S.job_failed,
        "作业是否成功？",
        "这些作业最近一次失败",
        "查看 worker 的日志",
    ),
    _check(
        "mail-waiting",
        SCHEMA,
        _S.mail_waiting,
        "邮件是否发出？",
        "有邮件等待超过一天",
        "检查 REGISTRY_SMTP_* 和邮件服务器",
    ),
    _check(
        "backup",
        SCHEMA,
        _S.backup_old,
        "是否每天备份？",
        "超过一天没有备份",
        "registry backup 目录 --keep 14，并启用 registry-backup.timer",
    ),
    _check(
        "peers-silent",
        SCHEMA,
        _S.peers_silent,
        "能否从交换节点取得记录？",
        "这些节点久未取得记录，核查会注明其陈旧",
        "registry exchange pull 查看原因；与对方联系",
    ),
    _check(
        "peers-paused",
        SCHEMA,
        _S.peers_paused,
        "交换是否有暂停？",
        "这些节点已暂停",
        "与对方核实后 registry exchange release 代码",
    ),
    _check(
        "members",
        SCHEMA,
        _S.members_missing,
        "交换节点是否都有成员声明？",
        "没有生效的成员声明，其记录会被隔离",
        "registry members draft、sign、load，见 docs/operations.md",
    ),
    _check(
        "quarantine",
        SCHEMA,
        _S.quarantine,
        "是否有记录等待人工处理？",
        "有隔离的记录等待处理",
        "registry exchange quarantine",
    ),
    _check(
        "calendar",
        SCHEMA,
        _S.calendar,
        "工作日历是否齐全？",
        "缺少这些年份的工作日历，期限只能暂计",
        "registry calendar load 文件，见 docs/clocks.md",
    ),
    _check(
        "law",
        KEYS,
        _S.law,
        "法规数据是否与本版本一致？",
        "法规数据与本版本不一致",
        "registry init",
    ),
)
"""Every question, in the order in which an operator should mend."""


def examine(installation: Installation) -> list[Finding]:
    """Ask every question; one that cannot be asked is ``unchecked``, and never stops the others."""
    return [_examine(check, installation) for check in CHECKS]


def _examine(check: Check, installation: Installation) -> Finding:
    if not _can_ask(check.needs, installation):
        return Finding(check, UNCHECKED)
    try:
        seen = tuple(check.find(installation))
    except Exception as error:  # whatever one question meets, the others are asked
        seen = (error.code if isinstance(error, Refusal) else type(error).__name__,)
    finally:
        if installation.session_or_none is not None:
            installation.session_or_none.rollback()
    return Finding(check, WRONG if seen else RIGHT, seen)


def _can_ask(needs: str, installation: Installation) -> bool:
    return {
        MACHINE: True,
        STORE: installation.session_or_none is not None,
        SCHEMA: installation.is_current,
        KEYS: installation.is_current and installation.keys_or_none is not None,
    }[needs]
