import pytest

from tests.web import samples


@pytest.fixture(scope="module", autouse=True)
def published(app):
    ended = samples.BAN | {"starts_on": "2026-10-01", "ends_on": "0001-01-01"}
    samples.release(samples.body(1, measures=[ended], visible_from="2026-10-09", visible_until="2099-01-01"))


@pytest.mark.parametrize("path", [f"/records/{samples.record_id(1)}", "/records", "/"])
def test_a_measure_that_ended_on_the_first_day_of_all_breaks_no_page(client, path):
    assert client.get(path).status_code == 200
