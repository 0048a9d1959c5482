"""Pages of departments: who is registered here, and the form to propose one or a change of one."""

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain import identifiers
from registry.domain.desk_labels import DEPARTMENT_KINDS
from registry.domain.permissions import EVERYWHERE, Permission
from registry.errors import Conflict, Fault, Invalid
from registry.queries.law import reference_data
from registry.queries.node import account_lookup
from registry.refusals.acts import BodyRefused
from registry.services import proposed_acts
from registry.services.node.accounts import NewDepartment
from registry.web import forms
from registry.web.admin import accounts
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

_SEE_OTHER = 303
_CODE_MAX, _NAME_MAX = 40, 100
_FIELDS = ("code", "name", "kind", "authority_code", "districts")


@private.get("/admin/departments", endpoint="departments")
@desk_page(Permission.ACCOUNT_MANAGE)
def list_departments() -> ResponseReturnValue:
    """Every department with its kind, code and reach."""
    with runtime.reading() as session:
        names = reference_data.current(session).names("sectors")
        rows = account_lookup.departments(session)
    return render_private("admin/departments.html", rows=rows, sectors=names)


@private.get("/admin/departments/set", endpoint="department_form")
@desk_page(Permission.ACCOUNT_MANAGE)
def show_department_form() -> ResponseReturnValue:
    """The form of a new department, or of the one whose code is stated, filled."""
    code = request.args.get("code", "")
    if not code:
        return _render({"sectors": [EVERYWHERE], "districts": EVERYWHERE, "kind": "supervisor"})
    with runtime.reading() as session:
        row = account_lookup.department(session, code)
    return _render(
        {
            "code": row.code,
            "name": row.name,
            "kind": row.kind,
            "authority_code": row.authority_code or "",
            "sectors": row.sectors,
            "districts": ", ".join(row.districts),
        }
    )


@private.post("/admin/departments/set")
@desk_page(Permission.ACCOUNT_MANAGE)
def propose_department() -> ResponseReturnValue:
    """Propose a department or a change of one; it is there when another security administrator confirms."""
    require_recent_sign_in()
    typed: dict[str, Any] = {name: request.form.get(name, "").strip() for name in _FIELDS}
    typed["sectors"] = request.form.getlist("sectors")
    try:
        new = _parse_department(typed)
        number = runtime.perform(current_account(), lambda work: proposed_acts.propose_department(work, new).id)
    except (Invalid, Conflict) as error:
        return _render(typed, error)
    return redirect(url_for("private.proposal", number=number), _SEE_OTHER)


def _render(typed: dict[str, Any], error: Invalid | Conflict | None = None) -> ResponseReturnValue:
    with runtime.reading() as session:
        sectors = accounts.sector_options(session)
    return render_private(
        "admin/department.html",
        error.status if error else 200,
        typed=typed,
        error=error,
        faults=forms.faults_by_field(error) if error else {},
        kinds=list(DEPARTMENT_KINDS.items()),
        sectors=sectors,
    )


def _parse_department(typed: dict[str, Any]) -> NewDepartment:
    """The department of a form; refuses ``BodyRefused`` with every fault."""
    faults, reach = [], {}
    code = typed["code"]
    if not (code.isascii() and code.replace("-", "").isalnum() and len(code) <= _CODE_MAX):
        faults.append(Fault("/code", "field-refused", "代号用字母、数字和连字符，例如 yancheng-finance"))
    if not 0 < len(typed["name"]) <= _NAME_MAX:
        faults.append(Fault("/name", "name-empty", f"请填写部门名称，最多 {_NAME_MAX} 个字符"))
    if typed["kind"] not in DEPARTMENT_KINDS:
        faults.append(Fault("/kind", "field-refused", "请选择种类"))
    authority_code = typed["authority_code"]
    if authority_code:
        try:
            authority_code = identifiers.uscc(authority_code)
        except Invalid as refusal:
            faults.append(Fault("/authority_code", refusal.code, refusal.title))
    for name, parse in (("sectors", accounts.parse_sectors), ("districts", accounts.parse_districts)):
        try:
            reach[name] = parse(typed[name])
        except BodyRefused as error:
            faults += error.faults
    if faults:
        raise BodyRefused(faults=tuple(faults))
    return NewDepartment(code, typed["name"], typed["kind"], authority_code, reach["sectors"], reach["districts"])


add_navigation("private.departments", "部门")
