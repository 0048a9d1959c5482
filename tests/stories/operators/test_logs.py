"""The real logs of web, worker and commands: one id through all, and nothing personal however it is sent."""

import json
import socket

import requests

from tests.support.filings import PERSON_NUMBER, PersonFactory, filing
from tests.support.processes import wait_for
from tools.synthetic import FINANCE_AUTHORITY

NAME, FIRM, WORD = "苏示例甲", "盐城亭湖植入示例建设工程有限公司", "MA0TPLANTED"
SECRET = "registry_key_planted_0123456789"


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def plant(node):
    """Send planted values in every part of a request; what was sent."""
    base, planted = node.settings.base_url, [NAME, FIRM, WORD, PERSON_NUMBER, SECRET]
    for value in planted:
        requests.get(f"{base}/records", params={"q": value, "uscc": value, value: value}, timeout=20)
        requests.get(f"{base}/api/v1/records", params={"q": value, "uscc": value}, timeout=20)
        requests.get(f"{base}/api/v1/records/{value}", timeout=20)
        requests.get(f"{base}/{value}/{value}", timeout=20)
        headers = {"X-Request-ID": value.encode(), "Authorization": f"Bearer {value}".encode(), "X-A": value.encode()}
        headers |= {"User-Agent": value.encode(), "Referer": value.encode(), "Cookie": value.encode()}
        requests.post(f"{base}/api/v1/checks", headers=headers, json={value: value}, timeout=20)
    for value in (FIRM, PERSON_NUMBER):
        raw(node, f"GET /records?q={value} HTTP/9.9\r\nHost: x\r\n\r\n")
        raw(node, f"{value} /records?q={value}\r\n\r\n")
        raw(node, f"GET /x HTTP/1.1\r\nHost: x\r\n{value}\r\n\r\n")
        raw(node, f"PLANT{value[-1:]} /{value} HTTP/1.1\r\nHost: {value}\r\nContent-Length: {value}\r\n\r\n")
    facts = [
        PersonFactory(subject_name=NAME, authority_name=FINANCE_AUTHORITY[0], authority_code=FINANCE_AUTHORITY[1]),
        filing(subject_name=FIRM, facts=f"当事人{PERSON_NUMBER}"),
    ]
    for fact in facts:
        requests.post(f"{base}/api/v1/penalties", json=fact, headers=node.headers("clerk"), timeout=20)
    query = {"sector": "procurement", "parties": [{"ref": "1", "name": FIRM}, {"ref": "2", "name": NAME}]}
    requests.post(f"{base}/api/v1/checks", json=query, headers=node.headers("centre"), timeout=20)
    return [*planted, *node.keys.values()]


def raw(node, text):
    with socket.create_connection(("127.0.0.1", node.settings.port), timeout=20) as connection:
        connection.sendall(text.encode())
        connection.recv(65536)


class TestLogs:
    def test_hold_nothing_of_what_was_sent(self, node):
        planted = plant(node)
        wait_for(lambda: "push run" in node.worker.log.read_text("utf-8"), "the worker ran")
        typed = node.command("check", "/nowhere/" + FIRM + ".csv", "--as", NAME)
        logged = node.web.log.read_text("utf-8") + node.worker.log.read_text("utf-8")
        assert not [value for value in planted if value in logged or json.dumps(value)[1:-1] in logged]
        assert "127.0.0.1" not in logged.replace("http://127.0.0.1", "")
        assert PERSON_NUMBER not in typed.stderr
        requested = [line for line in lines(node.web.log) if line["event"] == "request"]
        assert {"/records", "/api/v1/records", "/api/v1/checks", "unmatched"} <= {line["route"] for line in requested}
        assert {line["network"] for line in requested} == {"127.0.0.0/24"}
        assert any("InvalidHTTPVersion" in line["event"] for line in lines(node.web.log))

    def test_join_an_answer_to_its_line_by_the_callers_id(self, node):
        # One in three hundred drawn at random reads like a person's number, and is not taken.
        mine, url = "4f0c2b1e-7a3d-4c55-9e1f-b6a8d0c3e7f2", f"{node.settings.base_url}/api/v1/sectors"
        answered = requests.get(url, headers={"X-Request-ID": mine}, timeout=20).headers["X-Request-ID"]
        other = requests.get(url, headers={"X-Request-ID": "x" * 9000}, timeout=20)
        own = requests.get(url, headers={"X-Request-ID": PERSON_NUMBER}, timeout=20).headers["X-Request-ID"]
        assert answered == mine
        assert other.status_code in (200, 400, 431)
        assert own != PERSON_NUMBER
        known = {line.get("request_id"): line for line in lines(node.web.log) if line["event"] == "request"}
        assert (known[mine]["route"], known[mine]["status"]) == ("/api/v1/sectors", 200)
        assert known[own]["level"] == "info"

    def test_name_job_and_run_in_every_line_of_a_run(self, node):
        wait_for(lambda: "seal run" in node.worker.log.read_text("utf-8"), "the worker ran")
        runs = [line for line in lines(node.worker.log) if "outcome" in line]
        assert all(line["event"].startswith(f"{line['job']} run ") and line["outcome"] == "done" for line in runs)
        assert len({line["request_id"] for line in runs}) == len(runs)
