"""Pages that anybody may read: what is published, how to object to it, and what the registry says of itself."""

from registry.web.public import (
    credit_reports,  # noqa: F401 - to be imported is what puts pages on the blueprint
    downloads,  # noqa: F401
    feeds,  # noqa: F401
    hotline,  # noqa: F401
    open_data,  # noqa: F401
    pages,  # noqa: F401
    reference,  # noqa: F401
    relief_papers,  # noqa: F401
    reliefs,  # noqa: F401
    reports,  # noqa: F401
    shell,  # noqa: F401
    statistics,  # noqa: F401
)
