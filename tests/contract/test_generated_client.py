"""A client that openapi-python-client generates from our document works against the application, typed."""

import importlib
import json
import sys

import httpx
import pytest
from openapi_python_client import Config, MetaType, generate
from openapi_python_client.config import ConfigFile

from tests.support import stores
from tests.support.filings import filing
from tests.support.people import staff

PACKAGE = "generated_registry_client"
AS_BYTES = {"application/pdf": "application/octet-stream"}
"""What the generator has to be told of PDF."""


@pytest.fixture(params=stores.STORES[:1])
def store(request, templates, tmp_path):
    """One store is enough: the client sees answers, not what is behind them."""
    with templates.copy(request.param, tmp_path, staff) as url:
        yield url


@pytest.fixture
def package(client, tmp_path):
    """The generated package, importable."""
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(client.get("/api/v1/openapi.json").get_json()))
    chosen = ConfigFile(package_name_override=PACKAGE, post_hooks=[], content_type_overrides=AS_BYTES)
    config = Config.from_sources(
        chosen, meta_type=MetaType.NONE, document_source=document, file_encoding="utf-8", overwrite=True,
        output_path=tmp_path / PACKAGE,
    )  # fmt: skip
    problems = generate(config=config)
    sys.path.insert(0, str(tmp_path))
    yield problems
    sys.path.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_files_searches_and_is_refused_as_the_document_says(app, desk, package):
    assert package == []

    def module(name):
        return importlib.import_module(f"{PACKAGE}.{name}")

    def client(**more):
        make = module("client").AuthenticatedClient if "token" in more else module("client").Client
        return make(base_url="http://localhost", httpx_args={"transport": httpx.WSGITransport(app=app)}, **more)

    models, key = module("models"), desk.people["clerk"].headers["Authorization"].removeprefix("Bearer ")
    stated = models.Filing.from_dict(dict(filing(subject_name="盐城瀚澜建设工程有限公司")))
    clerk = client(token=key, headers={"Idempotency-Key": "generated-1"})
    filed = module("api.penalties.penalties_file").sync(client=clerk, body=stated)
    assert (type(filed), filed.state) == (models.PenaltyAnswer, "filed")
    assert desk.act("verification", filed.id).status_code == 200
    page = module("api.records.records_search").sync(client=client(), q="hanlan")
    [record] = page.items
    assert (type(record), record.id, record.subject.name) == (
        models.PenaltyRecord,
        filed.id,
        "盐城瀚澜建设工程有限公司",
    )
    refused = module("api.records.records_get_record").sync(client=client(), record="unknown")
    assert (type(refused), refused.code) == (models.Problem, "record-unknown")
