"""Schemas of what platforms report of measures."""

from marshmallow import fields

from registry.api.schemas.base import Day, StrictSchema


class MeasureReportAnswer(StrictSchema):
    """The newest version of one report: which measure was taken, lifted or not taken, by whom and when.

    ``peer`` sent it, ``provider`` entered it there. ``attention``: `measure-not-lifted` while the record stands no
    longer, `measure-after-end` where it was taken after the record ended."""

    report = fields.String()
    revision = fields.Integer()
    peer = fields.String()
    provider = fields.String()
    kind = fields.String()
    state = fields.String()
    measure = fields.String()
    basis = fields.String()
    taken_on = Day(allow_none=True)
    lifted_on = Day(allow_none=True)
    taken_by = fields.String()
    taken_by_code = fields.String(allow_none=True)
    remark = fields.String()
    received_at = fields.String()
    attention = fields.String(allow_none=True)


class MeasureReportsAnswer(StrictSchema):
    """The reports about one record, in the order received."""

    items = fields.List(fields.Nested(MeasureReportAnswer))
