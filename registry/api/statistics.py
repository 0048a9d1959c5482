"""Public route of the statistics: published records per sector and kind, and rates per department."""

import datetime as dt
import hashlib
from typing import Any

from flask import Response
from marshmallow import fields

from registry import runtime
from registry.api.auth import public
from registry.api.schemas.base import Day, StrictSchema
from registry.api.wire import Blueprint, respond_with_etag
from registry.domain.reporting_rates import RATES, Tally
from registry.errors import Fault
from registry.models import Department
from registry.queries.cases import statistics
from registry.queries.cases.statistics import Period
from registry.queries.node import account_lookup
from registry.queries.publication import publications, record_search
from registry.refusals.acts import QueryRefused
from registry.unit_of_work import day_of

blueprint = Blueprint("statistics", __name__, url_prefix="/api/v1", description="统计")


class StatisticsQuery(StrictSchema):
    """The days from ``from`` on and before ``until``; default this calendar year."""

    since = Day(load_default=None, data_key="from")
    until = Day(load_default=None)


class RateSchema(StrictSchema):
    """A rate; ``value`` is null when the denominator is 0."""

    name = fields.String()
    numerator = fields.Integer()
    denominator = fields.Integer()
    value = fields.Float(allow_none=True)


class DepartmentSchema(StrictSchema):
    """One department and its rates by code."""

    code = fields.String()
    name = fields.String()
    rates = fields.Dict(keys=fields.String(), values=fields.Nested(RateSchema))


class CountSchema(StrictSchema):
    """How many records of a kind are shown under a sector."""

    sector = fields.String()
    kind = fields.String()
    count = fields.Integer()


class StatisticsAnswer(StrictSchema):
    """The statistics: ``published`` is of today, the rates are of the period."""

    since = Day(data_key="from")
    until = Day()
    on = Day()
    entry = fields.Integer()
    published = fields.List(fields.Nested(CountSchema))
    departments = fields.List(fields.Nested(DepartmentSchema))


@blueprint.route("/statistics")
@public
@blueprint.arguments(StatisticsQuery, location="query")
@blueprint.response(200, StatisticsAnswer)
def get_statistics(query: dict[str, Any]) -> Response:
    """Records published today per sector and kind, and the five rates of each department in a period."""
    today = day_of(runtime.clock())
    period = _parse_period(query["since"], query["until"], today)
    with runtime.reading() as session:
        at = publications.moment(session, today)
        counts = record_search.counts(session, at)
        tallies = statistics.tallies(session, period, today)
        departments = [
            department for department in account_lookup.departments(session) if _has_statistics(department, tallies)
        ]
    body = {
        "from": period.since.isoformat(),
        "until": period.until.isoformat(),
        "on": at.on.isoformat(),
        "entry": at.entry,
        "published": [
            {"sector": sector, "kind": kind, "count": count} for (sector, kind), count in sorted(counts.items())
        ],
        "departments": [
            {
                "code": department.code,
                "name": department.name,
                "rates": _describe_rates(tallies.get(department.id, Tally())),
            }
            for department in departments
        ],
    }
    return respond_with_etag(body, hashlib.sha256(repr(body).encode()).hexdigest()[:32])


def _has_statistics(department: Department, tallies: dict[int, Tally]) -> bool:
    return department.kind == "supervisor" or department.id in tallies


def _describe_rates(tally: Tally) -> dict[str, dict[str, Any]]:
    return {
        code: {
            "name": RATES[code],
            "numerator": ratio.numerator,
            "denominator": ratio.denominator,
            "value": ratio.value,
        }
        for code, ratio in tally.rates.items()
    }


def _parse_period(since: dt.date | None, until: dt.date | None, today: dt.date) -> Period:
    year = statistics.year(today.year)
    period = Period(since or year.since, until or year.until)
    if not dt.date.min < period.since < period.until < dt.date.max:
        raise QueryRefused(faults=(Fault("/until", "period-empty", "until 应晚于 from"),))
    return period
