"""Base schemas and fields shared by all requests and answers."""

from typing import Any

from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, validate

from registry.domain import literals
from registry.domain.filing.cells import is_forbidden


class StrictSchema(Schema):
    """A schema that refuses unknown fields."""

    class Meta:
        """Marshmallow's options."""

        unknown = RAISE


class Whole(fields.Integer):
    """A whole number of at most 15 digits; a truth value or a fraction is none."""

    def _validated(self, value: Any) -> Any:
        if isinstance(value, str):
            try:
                return super()._validated(literals.whole_number(value))
            except ValueError:
                raise ValidationError("应为至多15位的整数，例如 10") from None
        if isinstance(value, bool | float):
            raise ValidationError("应为整数")
        if isinstance(value, int) and abs(value) >= 10**literals.DIGITS_MAX:
            raise ValidationError("整数过大")
        return super()._validated(value)


class Day(fields.Date):
    """A legal day written 2026-11-28; answers carry it as the text it was stored as."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        try:
            return literals.iso_day(value)
        except (TypeError, ValueError):
            raise ValidationError("日期应写成 2026-01-31 的形式，且须是存在的日期") from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value if isinstance(value, str) else super()._serialize(value, attr, obj, **kwargs)


def require_visible(text: str) -> None:
    """Refuse invisible characters: controls, direction marks, halves of characters."""
    if is_forbidden(text):
        raise ValidationError("含有控制字符或不可见字符")


def short(limit: int = 64, **kwargs: Any) -> fields.String:
    """A field for a short code."""
    return words(limit, **kwargs)


def words(limit: int, **kwargs: Any) -> fields.String:
    """A field for text that a person wrote."""
    return fields.String(validate=[validate.Length(min=1, max=limit), require_visible], **kwargs)


class Paging(StrictSchema):
    """Page size and the token of the next page."""

    limit = Whole(load_default=50, validate=validate.Range(1, 500))
    next = short(200, load_default=None)


class OnDay(StrictSchema):
    """The day on which reference data is in force."""

    on = Day(load_default=None)


class FaultSchema(StrictSchema):
    """One fault of a request, at a JSON pointer."""

    pointer = fields.String()
    code = fields.String()
    detail = fields.String()


class ProblemSchema(StrictSchema):
    """A refusal (RFC 9457): ``code`` is permanent, see the list of errors. Some carry further members, such as the
    epoch of the ledger at which a reader has to begin anew."""

    class Meta:
        unknown = INCLUDE

    type = fields.String()
    status = fields.Integer()
    code = fields.String()
    title = fields.String()
    detail = fields.String()
    errors = fields.List(fields.Nested(FaultSchema))
