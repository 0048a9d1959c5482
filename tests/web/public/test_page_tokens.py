"""A page token of the site ends with the epoch of the ledger whose entries it counts in."""

import re

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.services.publication import ledger
from tests.web import samples


class TestPageToken:
    def test_of_an_epoch_that_is_over_is_refused_as_by_the_api(self, client):
        samples.release(*(samples.body(number) for number in range(25)))
        link = re.search(r'rel="next" href="(/records[^"]+)"', client.get("/records").text)[1].replace("&amp;", "&")
        assert client.get(link).status_code == 200
        bare = link.rpartition(".")[0]
        assert client.get(bare).status_code == 200  # as given before there were epochs
        runtime.perform(SYSTEM, ledger.renew_epoch)
        for path in (link, bare):
            answer = client.get(path)
            assert answer.status_code == 410
            assert "epoch-over" in answer.text
