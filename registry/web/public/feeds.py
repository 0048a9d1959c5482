"""To follow and to be found: Atom feeds of searches, and what search engines may list. Natural persons are in neither
by name."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Response, abort, url_for
from lxml import etree
from lxml.builder import ElementMaker

from registry import runtime
from registry.domain import labels
from registry.models import Publication
from registry.queries.law import reference_data
from registry.queries.publication import log_identity, publications, record_query, record_search
from registry.serving import conditional
from registry.web import views
from registry.web.blueprint import arguments, pages, today

ATOM, SITEMAP = "http://www.w3.org/2005/Atom", "http://www.sitemaps.org/schemas/sitemap/0.9"
ENTRIES_MAX = 50
SITEMAP_ENTRIES = 20_000
"""A file of the sitemap covers so many entries of the ledger; 50,000 addresses are allowed (sitemaps.org)."""
PERSON = "natural_person"
_atom = ElementMaker(namespace=ATOM, nsmap={None: ATOM})
_map = ElementMaker(namespace=SITEMAP, nsmap={None: SITEMAP})


@pages.get("/records.atom")
def feed() -> Response:
    """The newest records that fit the filters, as an Atom feed (RFC 4287)."""
    with runtime.reading() as session:
        identity = log_identity.current(session, runtime.settings().node)
        query = record_query.parse_record_query(arguments(), reference_data.current(session))
        at = publications.moment(session, today(), query.on, query.entry)
        found = record_search.Search(session, query.wanted, at).page(ENTRIES_MAX).publications
    typed = {name: value for name, value in query.typed.items() if name in record_query.FILTERS}
    own, page = (_address(f"web.{endpoint}", typed) for endpoint in ("feed", "records"))
    newest = found[0].recorded_at if found else dt.datetime.combine(at.on, dt.time(), dt.UTC)
    element = _atom.feed(
        _atom.id(own),
        _atom.title(f"{runtime.settings().node_name}：{_words(typed)}"),
        _atom.updated(_instant(newest)),
        _atom.author(_atom.name(runtime.settings().node_name)),
        _atom.link(rel="self", type="application/atom+xml", href=own),
        _atom.link(rel="alternate", type="text/html", href=page),
        *(_entry(publication, identity.node) for publication in found),
    )
    return _send_xml(element, "application/atom+xml")


@pages.get("/sitemap.xml")
def sitemap() -> Response:
    """The files of the sitemap: one per so many entries of the ledger."""
    with runtime.reading() as session:
        at = publications.moment(session, today())
    files = [
        _map.sitemap(_map.loc(_address("web.sitemap_file", {"number": number})))
        for number in range(at.entry // SITEMAP_ENTRIES + 1)
    ]
    home = _map.sitemap(_map.loc(_address("web.sitemap_pages", {})))
    return _send_xml(_map.sitemapindex(home, *files), "application/xml")


@pages.get("/sitemap-pages.xml")
def sitemap_pages() -> Response:
    """The pages that are always there."""
    with runtime.reading() as session:
        sectors = reference_data.current(session).rows("sectors", today())
    fixed = ("home", "catalogue", "schemes", "behaviours", "law_in_force", "open_data", "report_years")
    addresses = [_address(f"web.{name}", {}) for name in fixed]
    addresses += [_address("web.sector", {"code": sector.code}) for sector in sectors]
    return _send_xml(_map.urlset(*(_map.url(_map.loc(address)) for address in addresses)), "application/xml")


@pages.get("/sitemap-<int:number>.xml")
def sitemap_file(number: int) -> Response:
    """The records among so many entries that are shown and are not of natural persons."""
    start = number * SITEMAP_ENTRIES
    with runtime.reading() as session:
        at = publications.moment(session, today())
        if start > at.entry:
            abort(404)
        records = record_search.listable_records(session, at, start, start + SITEMAP_ENTRIES)
    addresses = (_address("web.record", {"record_id": record}) for record in records)
    return _send_xml(_map.urlset(*(_map.url(_map.loc(address)) for address in addresses)), "application/xml")


@pages.get("/robots.txt")
def robots() -> Response:
    """What crawlers may read; whatever names natural persons says itself that it is not to be listed."""
    lines = ["User-agent: *", "Disallow: /api/", "", f"Sitemap: {_address('web.sitemap', {})}", ""]
    response = Response("\n".join(lines), content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _entry(publication: Publication, node: str) -> Any:
    body = views.body_of(publication)
    kind = labels.label_for(labels.RECORD_KINDS, body["kind"])
    is_person = body["subject"]["kind"] == PERSON
    subject = "自然人（姓名见记录页）" if is_person else body["subject"]["name"]
    address = _address("web.record", {"record_id": publication.record})
    lines = [
        f"{labels.AUTHORITIES[body['kind']]}：{body['authority']['name']}",
        f"文号：{body['document_number']}",
        f"决定日期：{body['decided_on']}",
        f"登记号：{publication.from_entry}",
    ]
    return _atom.entry(
        _atom.id(f"urn:record:{node}:{publication.record}"),
        _atom.title(f"{kind}：{subject}"),
        _atom.updated(_instant(publication.recorded_at)),
        _atom.link(rel="alternate", type="text/html", href=address),
        *(_atom.category(term=sector) for sector in body["sectors"]),
        _atom.summary("\n".join(lines)),
    )


def _words(typed: Mapping[str, str]) -> str:
    """What a feed is of; what somebody searched for is left out, it may be a person's name."""
    kept = [labels.FACETS[name] for name in typed if name in labels.FACETS]
    return "公示记录" + (f"（按{'、'.join(kept)}筛选）" if kept else "")


def _address(endpoint: str, values: Mapping[str, Any]) -> str:
    return runtime.settings().base_url.rstrip("/") + url_for(endpoint, **values)


def _instant(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).isoformat(timespec="seconds")


def _send_xml(element: Any, media_type: str) -> Response:
    data = etree.tostring(element, xml_declaration=True, encoding="utf-8")
    response = Response(data, content_type=f"{media_type}; charset=utf-8")
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-cache"
    return conditional.with_tag(response) if conditional.has_tag() else response
