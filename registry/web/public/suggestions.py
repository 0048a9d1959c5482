"""Names suggested while somebody types into the search field: a piece of a page, fetched by htmx."""

from flask import Response

from registry import runtime
from registry.queries.law import reference_data
from registry.queries.publication import record_query, record_search
from registry.refusals.acts import QueryRefused
from registry.web.blueprint import arguments, pages, present_moment, render_page


@pages.get("/suggestions")
def suggestions() -> Response:
    """Names of published records that may be meant by what is being typed, as options of a list; none of what is
    refused when it is sent off: whoever types has not finished yet."""
    with runtime.reading() as session:
        try:
            query = record_query.parse_record_query(arguments(), reference_data.current(session))
        except QueryRefused:
            return render_page("suggestions.html", names=[])
        names = record_search.suggestions(session, query.wanted, present_moment(session)) if query.typed else []
    return render_page("suggestions.html", names=names)
