"""Numbers in paths: read as this registry writes them, so that one that no row can have names nothing."""

from flask import Flask
from werkzeug.routing import IntegerConverter, ValidationError

from registry.domain import literals


class PathNumber(IntegerConverter):
    """``<int:…>``: the framework's own takes digits of every script, and more of them than a database has."""

    def to_python(self, value: str) -> int:
        """The number; the address is unknown where it is none that was given."""
        number = literals.row_number(value)
        if number is None:
            raise ValidationError()
        return number


def init_app(app: Flask) -> None:
    """Read the numbers of every route so; called before the routes are made."""
    app.url_map.converters["int"] = PathNumber
