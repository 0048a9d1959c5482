"""The pages of the law: negative list, measures and limits, list schemes, disclosure catalogue."""

from flask import Response

from registry import runtime
from registry.domain.labels import ROLES
from registry.queries.law import disclosure, reference_data
from registry.web.blueprint import pages, present_moment, render_page, today


@pages.get("/behaviours")
def behaviours() -> Response:
    """Page of the negative list: categories and their behaviours, inactive ones marked."""
    with runtime.reading() as session:
        rows = reference_data.current(session).rows("behaviours", today())
        return render_page("behaviours.html", rows=rows)


@pages.get("/law")
def law_in_force() -> Response:
    """Page of measures, publicity policies and deadlines with their sources; what is unconfirmed says so."""
    with runtime.reading() as session:
        reference, day = reference_data.current(session), today()
        return render_page(
            "law.html",
            measures=sorted(reference.measures(day), key=lambda row: (len(row.code), row.code)),
            policies=reference.policies,
            deadlines=reference.rows("deadlines", day),
            sectors=reference.names("sectors"),
            roles=ROLES,
            today=day,
        )


@pages.get("/schemes")
def schemes() -> Response:
    """Page of the list schemes: basis, who is listed, measures, and how to leave the list."""
    with runtime.reading() as session:
        reference, day = reference_data.current(session), today()
        return render_page(
            "schemes.html",
            rows=sorted(reference.schemes(day), key=lambda row: (not row.may_publish, row.code)),
            measures=reference.names("measures"),
            today=day,
        )


@pages.get("/catalogue")
def catalogue() -> Response:
    """Page of the disclosure catalogue, item by item: who must publish it, and what of it is published here."""
    with runtime.reading() as session:
        at = present_moment(session)
        return render_page(
            "catalogue.html",
            annexes=disclosure.by_annex(disclosure.items(session, at)),
            sectors=reference_data.current(session).names("sectors"),
            at=at,
        )
