"""Pages of a trading centre: its tenders, checks, reviews and watches."""

from registry.web.centre import (
    check_pages,  # noqa: F401 - to be imported is what puts the pages on the blueprint
    file_pages,  # noqa: F401
    review_pages,  # noqa: F401
    tender_pages,  # noqa: F401
    watch_pages,  # noqa: F401
)
