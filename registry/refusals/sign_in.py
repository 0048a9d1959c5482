"""Refusals of signing in, of its second factor, and of the forms of signed-in people."""

from registry.errors import Forbidden, Invalid, NotFound, Unavailable


class SignInFailed(Forbidden):
    """Account, password, second factor or one-time code are not right together; which of them is not told."""

    code, title = "sign-in-failed", "账号、口令或者验证码不正确"


class SignInLocked(Forbidden):
    """Too many failures for this account or from this address; a later attempt may succeed."""

    code, title, status = "sign-in-locked", "登录失败次数过多，请十五分钟后再试", 429  # for a while only


class PasswordRefused(Invalid):
    """A new password breaks the rules; ``errors`` says which."""

    code, title = "password-refused", "新口令不符合要求"


class FormExpired(Invalid):
    """The form does not belong to this session of this browser: it was opened before signing in, or elsewhere."""

    code, title, status = "form-expired", "表单已失效，请返回上一页刷新后重新提交", 400


class PageUnknown(NotFound):
    """No such page, or the account may not open it: which of the two is not told."""

    code, title = "page-unknown", "没有这个页面"


class PasskeyRefused(Invalid):
    """A passkey cannot be registered: it has no name, or the account has as many as it may."""

    code, title = "passkey-refused", "没有添加通行密钥"


class PasskeyUnknown(NotFound):
    """The account has no such passkey, or it was taken away."""

    code, title = "passkey-unknown", "没有这个通行密钥"


class SingleSignOnUnavailable(Unavailable):
    """The provider of the single sign-on does not answer; account and password sign in without it."""

    code, title = "single-sign-on-unavailable", "统一身份认证暂不可用，请用账号和口令登录"


class SessionUnknown(NotFound):
    """The account has no such session, or it has ended."""

    code, title = "session-unknown", "没有这个登录会话，或者已经结束"
