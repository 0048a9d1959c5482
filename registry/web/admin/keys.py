"""Page of this node's signing keys: which signs, since when, which are revoked; propose a rotation or a revocation."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain.permissions import Permission
from registry.errors import Fault
from registry.keys.signing import EXCHANGE, SIGNING
from registry.queries.publication import known_keys
from registry.refusals.acts import BodyRefused
from registry.services import proposed_acts
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

_SEE_OTHER = 303


@private.get("/admin/keys", endpoint="keys")
@desk_page(Permission.KEYS_MANAGE)
def list_keys() -> ResponseReturnValue:
    """The signing keys from the first to the present one, and the key of the exchange."""
    return _render()


@private.post("/admin/keys/rotate")
@desk_page(Permission.KEYS_MANAGE)
def propose_rotation() -> ResponseReturnValue:
    """Propose to rotate a key; another security administrator confirms it."""
    require_recent_sign_in()
    name = request.form.get("key", "")
    if name not in (SIGNING, EXCHANGE):
        return _render(BodyRefused(faults=(Fault("/key", "field-refused", "请选择密钥"),)))
    return _to_proposal(runtime.perform(current_account(), lambda work: proposed_acts.propose_rotation(work, name).id))


@private.post("/admin/keys/revoke")
@desk_page(Permission.KEYS_MANAGE)
def propose_revocation() -> ResponseReturnValue:
    """Propose to revoke a key that no longer signs, with the reason."""
    require_recent_sign_in()
    kid, reason = request.form.get("kid", ""), request.form.get("reason", "").strip()
    if not reason:
        return _render(BodyRefused(faults=(Fault("/reason", "field-empty", "请写明撤销的理由"),)))
    return _to_proposal(
        runtime.perform(current_account(), lambda work: proposed_acts.propose_revocation(work, kid, reason).id)
    )


def _render(error: BodyRefused | None = None) -> ResponseReturnValue:
    with runtime.reading() as session:
        ring = known_keys.ring(session, runtime.settings().node, runtime.keys().signer)
    return render_private(
        "admin/keys.html",
        error.status if error else 200,
        keys=list(reversed(ring.keys)),
        newest=ring.newest,
        exchange=runtime.keys().exchange,
        names=(SIGNING, EXCHANGE),
        error=error,
    )


def _to_proposal(number: int) -> ResponseReturnValue:
    flash("已提出，待另一名安全管理员确认。")
    return redirect(url_for("private.proposal", number=number), _SEE_OTHER)


add_navigation("private.keys", "签名密钥")
