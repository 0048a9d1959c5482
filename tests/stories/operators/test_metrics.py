"""What Prometheus reads of a node with two web processes."""

import os
import re
import signal

import requests

from registry.app import create_app
from tests.stories.operators.conftest import TOKEN
from tests.support.filings import PERSON_NUMBER
from tests.support.processes import descendants, wait_for

BEARER = {"Authorization": f"Bearer {TOKEN}"}
REQUESTS, ROUTE = "registry_requests_total", "/api/v1/sectors"
ASKED = 60


def scraped(url, **request):
    answer = requests.get(url, timeout=20, **request)
    assert answer.status_code == 200, answer.text
    return answer.text


def total(text, name, **labels):
    """The sum of a metric over the lines that have these labels."""
    values = re.findall(rf"^{name}(?:\{{(.*)\}})? (\S+)$", text, re.MULTILINE)
    return sum(float(value) for own, value in values if all(f'{k}="{v}"' in own for k, v in labels.items()))


class TestMetrics:
    def test_add_up_the_requests_of_all_processes_and_survive_one(self, node):
        base = node.settings.base_url
        for number in range(ASKED):
            requests.get(f"{base}/api/v1/sectors", timeout=20)
            requests.get(f"{base}/{PERSON_NUMBER}{number}", timeout=20)
        counts = {total(scraped(f"{base}/metrics", headers=BEARER), REQUESTS, route=ROUTE) for _ in range(8)}
        assert counts == {ASKED}  # whichever process answers
        os.kill(descendants(node.web.child.pid)[0], signal.SIGKILL)
        wait_for(lambda: len(descendants(node.web.child.pid)) == 2, "the process is replaced")
        text = scraped(f"{base}/metrics", headers=BEARER)
        assert total(text, REQUESTS, route=ROUTE, status="200", method="GET") == ASKED
        assert total(text, "registry_request_seconds_count", route="unmatched") >= ASKED
        assert PERSON_NUMBER not in text
        rules = {rule.rule for rule in create_app(node.settings).url_map.iter_rules()}
        assert set(re.findall(r'route="([^"]*)"', text)) <= rules | {"unmatched"}

    def test_are_given_on_their_own_address_or_with_the_token_only(self, node):
        own, base = f"http://{node.settings.metrics_bind}", node.settings.base_url
        assert "registry_ledger_entries" in scraped(f"{own}/metrics")
        assert requests.get(f"{own}/records", timeout=20).status_code == 404
        assert requests.get(f"{own}/healthz", timeout=20).status_code == 404
        refused = [
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "Bearer "},
            {"Authorization": f"Bearer {node.keys['clerk']}"},
            {"Host": node.settings.metrics_bind},
            {"X-Forwarded-Port": own.rsplit(":", 1)[1], "X-Forwarded-Host": node.settings.metrics_bind},
        ]
        for headers in refused:
            assert requests.get(f"{base}/metrics", headers=headers, timeout=20).status_code == 404, headers

    def test_tell_of_jobs_when_the_worker_runs(self, node):
        url = f"http://{node.settings.metrics_bind}/metrics"
        text = wait_for(lambda: (found := scraped(url)) and 'job="seal"' in found and found, "a job ran")
        assert total(text, "registry_job_runs", job="seal") >= 1
        assert 0 <= total(text, "registry_job_age_seconds", job="seal") < 60
        assert total(text, "registry_store_up") == 1
