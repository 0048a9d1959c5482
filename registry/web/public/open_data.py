"""The page of open data: the newest files, the licence, how to keep a copy, and what each field means."""

from flask import Response

from registry import runtime
from registry.domain import labels
from registry.domain.publication import record_columns
from registry.queries.law import reference_data
from registry.queries.publication import log_identity, snapshot_records, snapshot_store
from registry.web.blueprint import pages, render_page, today
from registry.web.public.downloads import LISTS


@pages.get("/data")
def open_data() -> Response:
    """Files, licence and data dictionary."""
    chosen = runtime.settings()
    with runtime.reading() as session:
        newest = snapshot_store.newest(chosen.home, log_identity.epoch(session))
        is_given = newest is not None and not snapshot_records.has_erased_since(session, newest.name.entry)
        sectors = reference_data.current(session).rows("sectors", today())
    columns = record_columns.columns()
    return render_page(
        "data.html",
        newest=newest if is_given else None,
        full=[file for file in newest.manifest.files if file.content == "full"] if newest and is_given else [],
        deltas=[file for file in newest.manifest.files if file.content == "delta"] if newest and is_given else [],
        licence=chosen.data_licence,
        licence_url=chosen.data_licence_url,
        base_url=chosen.base_url,
        columns=[(column, record_columns.kind_names(column)) for column in columns],
        kinds=labels.RECORD_KINDS,
        lists=LISTS,
        sectors=sectors,
    )
