"""Rows of invented firms as the platform sends them."""

from registry.domain.exchange.formats.model import message_of
from registry.domain.exchange.formats.penalties import CF_2018
from tests.support.exchanged import listing, write_context
from tests.support.people import AUTHORITY
from tests.sync.bodies import body
from tools.synthetic import uscc

FINANCE = {"name": AUTHORITY[0], "code": AUTHORITY[1]}


def cells(fmt, value):
    return {column: text for column, text in message_of(fmt, value, write_context()).row.items() if text}


def row(value, fmt=CF_2018, revision=1, operation="I", **changed):
    """A row as the platform sends it."""
    return (value["record"], revision, operation, cells(fmt, value) | changed)


def decided(number, **changed):
    """A decision of the intake's own authority."""
    special = {"authority": FINANCE, "document_number": f"盐示财采罚〔2026〕{number}号"}
    return body(subject=firm(number), source=body()["source"] | FINANCE, **(special | changed))


def firm(number):
    return {"kind": "organisation", "name": f"盐城虚构{number}号建设有限公司", "uscc": uscc("91320902", number)}


def listed(number, **changed):
    return listing(subject=firm(number), document_number=f"盐虚列〔2026〕{number}号", **changed)


def report_cells(record, subject, **changed):
    """The cells of a report that a measure was taken because of a record."""
    cells = {
        "RECORD_CODE": record,
        "DOCUMENT_CODE": "",
        "BODY_CODE": subject["uscc"],
        "BODY_NAME": subject["name"],
        "MEASURE_TYPE": "01",
        "MEASURE_STATUS": "1",
        "MEASURE_NAME": "取消其参加本次政府采购活动的资格",
        "MEASURE_BASIS": "《中华人民共和国政府采购法》第二十二条",
        "TAKEN_DATE": "2026-11-10",
        "GOVERNMENT": "盐城市虚构采购中心",
    }
    return {column: text for column, text in (cells | changed).items() if text}


def report(number, record, subject, revision=1, operation="I", **changed):
    """A report as the joint-measures system sends it."""
    return (f"m-{number}", revision, operation, report_cells(record, subject, **changed))
