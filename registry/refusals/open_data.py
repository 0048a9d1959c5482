"""Refusals of data files, downloads and the stream of changes."""

from registry.errors import Invalid, NotFound, Stale, Unavailable


class SnapshotMalformed(Invalid):
    """A data file or its manifest that is not as the node signed it, or not of the file it is applied to."""

    code, title = "snapshot-malformed", "数据文件或者其清单不完整，或者与签名不符"


class SnapshotUnknown(NotFound):
    """There is no such snapshot, or it has no such file."""

    code, title = "snapshot-unknown", "没有这份数据文件"


class SnapshotOver(Stale):
    """The file of a snapshot that is not the newest: what has left since is in no file. Its manifest stays."""

    code, title, status = "snapshot-over", "这份数据文件已不再提供，请下载最新的一份", 410


class ListTooLong(Invalid):
    """A list of more records than one download gives; the full data files have all."""

    code, title = "list-too-long", "符合条件的记录过多，请缩小范围，或者下载全量数据文件"


class StreamFull(Unavailable):
    """As many listeners as the node has threads for; a later request may find a place."""

    code, title = "stream-full", "同时收听的连接过多，请稍后再连接"
