"""Queue the mails of subscriptions, a few subscriptions in each transaction."""

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.services.publication import subscriptions


def mail_all() -> None:
    """Queue what is new for everybody who subscribed to it; the job ``mail`` sends it."""
    if runtime.settings().smtp_host:
        while runtime.perform(SYSTEM, subscriptions.mail_new):
            pass
