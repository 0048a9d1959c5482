"""Refusals of watches and batch checks."""

from registry.errors import Conflict, Invalid, NotFound


class WatchUnknown(NotFound):
    """The caller's department has no such watch."""

    code, title = "watch-unknown", "没有这项持续关注"


class WebhookRefused(Invalid):
    """The address is not https, or its host is not one that this node may call."""

    code, title = "webhook-refused", "回调地址不在允许的主机之列"


class FileUnknown(NotFound):
    """The caller's department handed in no such file of parties."""

    code, title = "check-file-unknown", "没有这次成批核查"


class FileRunning(Conflict):
    """The result of a file is available only when it is finished or cancelled."""

    code, title = "check-file-running", "成批核查尚未结束"


class ReviewUnknown(NotFound):
    """The check leaves nothing of this number to a person."""

    code, title = "review-unknown", "本次核查没有这一项须人工核实的事项"
