"""Page of all the parts that desk pages are made of, in the demo only."""

from flask.typing import ResponseReturnValue

from registry import runtime
from registry.errors import Fault
from registry.refusals.sign_in import PageUnknown, PasswordRefused
from registry.web import forms
from registry.web.private import private
from registry.web.sessions import desk_page, render_private


@private.get("/components")
@desk_page()
def components() -> ResponseReturnValue:
    """All parts, each with and without a fault; on a node that is no demo there is no such page (``PageUnknown``)."""
    if not runtime.settings().is_demo:
        raise PageUnknown()
    error = PasswordRefused(faults=(Fault("/amount", "example", "金额应当是数，例如 12.50"),))
    return render_private("all_components.html", error=error, faults=forms.faults_by_field(error))
