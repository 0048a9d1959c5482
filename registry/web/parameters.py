"""The query parameters that the public pages know; they ignore all others."""

from registry.queries.publication import record_query

PARAMETERS = {
    "web.records": record_query.PARAMETERS,
    "web.feed": record_query.FILTERS,
    "web.suggestions": frozenset({"q"}),
    "web.download_records": record_query.FILTERS | {"on"},
    "web.find_relief": frozenset({"number"}),
    "web.verify_form": frozenset({"digest"}),
    "web.credit_report_page": frozenset({"uscc", "entry", "content"}),
    "web.hotline": frozenset({"q"}),
    "web.kiosk": frozenset({"q"}),
}
"""The query parameters of the pages that know any."""
