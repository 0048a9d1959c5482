"""Pages of the three administrators, each seeing what his role may: system, security, audit."""

from registry.web.admin import (
    accounts,  # noqa: F401 - to be imported is what puts pages on the blueprint
    audit,  # noqa: F401
    calendar,  # noqa: F401
    departments,  # noqa: F401
    exchange,  # noqa: F401
    exchange_status,  # noqa: F401
    keys,  # noqa: F401
    law,  # noqa: F401
    law_loading,  # noqa: F401
    overview,  # noqa: F401
)
