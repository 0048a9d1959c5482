"""Refusals of subscriptions: mail about what is newly published."""

from registry.errors import Invalid, NotFound, Unavailable


class SubscriptionUnknown(NotFound):
    """No subscription has this token: it was ended, or not confirmed in time."""

    code, title = "subscription-unknown", "没有这份订阅：已经退订，或者没有在期限内确认"


class MailAddressRefused(Invalid):
    """Where a subscription is to be sent is no mail address."""

    code, title = "mail-address-refused", "请填写电子邮箱地址，例如 name@example.cn"


class TooManySubscriptions(Unavailable):
    """More subscriptions were asked for from one network address or for one mail address than are taken."""

    code, title, status = "too-many-subscriptions", "同一网络地址或者同一邮箱的订阅过多，请稍后再试", 429


class MailUnavailable(Unavailable):
    """The operator has set up no mail server."""

    code, title = "mail-unavailable", "本站没有开通邮件服务，请改用订阅源（Atom）"
