"""Pages to subscribe to new records by mail. Nothing personal stands in an address but the token of a subscription.

No page here sets or reads a cookie, so there is no session that another site could ride on. Programs that look at the
links of a mail before its reader only read: what confirms and what ends a subscription is a form.
"""

from flask import Response, request

from registry import runtime
from registry.domain.permissions import PUBLIC
from registry.queries.publication import record_query
from registry.services.publication import subscriptions
from registry.serving import request_limits
from registry.unit_of_work import UnitOfWork
from registry.web.blueprint import pages, render_uncached

_ACCEPTED = 202


@pages.post("/subscriptions")
def subscribe() -> Response:
    """Ask the owner of a mail address to confirm a subscription to the filters in the form."""
    request_limits.count_subscription()
    to = request.form.get("email", "").strip()
    typed = {name: request.form.get(name, "") for name in record_query.FILTERS}
    runtime.perform(PUBLIC, lambda work: subscriptions.subscribe(work, to, typed))
    return render_uncached("subscription.html", _ACCEPTED, state="asked", days=subscriptions.UNCONFIRMED_DAYS)


@pages.get("/subscriptions/<token>")
def subscription(token: str) -> Response:
    """What a subscription is to, with the button that confirms or ends it."""
    with runtime.reading(on_primary=True) as session:
        work = UnitOfWork(session, PUBLIC, runtime.clock(), runtime.keys(), runtime.settings())
        described, is_confirmed = subscriptions.read(work, token)
    state = "confirmed" if is_confirmed else "unconfirmed"
    return render_uncached("subscription.html", state=state, token=token, described=described)


@pages.post("/subscriptions/<token>/confirmation")
def confirm_subscription(token: str) -> Response:
    """Confirm a subscription."""
    runtime.perform(PUBLIC, lambda work: subscriptions.confirm(work, token))
    return subscription(token)


@pages.post("/subscriptions/<token>/end")
def end_subscription(token: str) -> Response:
    """End a subscription; mail programs do so by themselves (RFC 8058)."""
    runtime.perform(PUBLIC, lambda work: subscriptions.end(work, token))
    return render_uncached("subscription.html", state="ended")
