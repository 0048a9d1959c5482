"""Lines of the log: fields, one id, and no text of an error."""

import json
import logging
import uuid

import pytest

from registry import logs
from registry.serving.request_log import network_of
from registry.settings import Settings
from tests.support.filings import PERSON_NUMBER

log = logging.getLogger("registry.example")
FOREIGN = logging.getLogger("example")


@pytest.fixture
def written(capsys):
    """A function that logs under a format and gives the lines."""

    def write(act, log_format="json", level="debug"):
        with logs.writing(Settings(log_format=log_format, log_level=level)):
            act()
        return capsys.readouterr().err.splitlines()

    return write


def fail():
    try:
        raise ValueError(f"bad value 某公司 {PERSON_NUMBER}")
    except ValueError:
        FOREIGN.exception("it failed")


class TestLine:
    def test_has_time_level_logger_and_fields(self, written):
        [line] = map(json.loads, written(lambda: log.info("run %d done", 7, extra={"ms": 12})))
        assert (line["event"], line["level"], line["logger"], line["ms"]) == (
            "run 7 done",
            "info",
            "registry.example",
            12,
        )
        assert line["timestamp"].endswith("Z")

    @pytest.mark.parametrize("log_format", logs.FORMATS)
    def test_stays_one_line_whatever_is_written(self, written, log_format):
        lines = written(lambda: log.error("a\nb", extra={"x": "c\r\nd\x1b[31m e=f"}), log_format)
        assert len(lines) == 1

    @pytest.mark.parametrize("log_format", logs.FORMATS)
    def test_of_an_error_has_type_and_place_and_not_its_text(self, written, log_format):
        [line] = written(fail, log_format)
        assert "ValueError" in line
        assert "test_logs.py:" in line
        assert "某公司" not in line
        assert PERSON_NUMBER not in line

    def test_has_no_persons_number(self, written):
        [line] = written(lambda: FOREIGN.warning("no route to %s", PERSON_NUMBER))
        assert PERSON_NUMBER not in line

    def test_below_the_level_is_not_written(self, written):
        assert written(lambda: log.info("x"), level="") == []
        assert len(written(lambda: log.info("x"), level="info")) == 1

    def test_is_written_once_however_often_the_log_is_set_up(self, written):
        def twice():
            with logs.writing(Settings(log_level="info")):
                log.error("x")

        assert len(written(twice)) == 1


class TestRequestId:
    @pytest.mark.parametrize("sent", [uuid.UUID(int=7).hex, str(uuid.UUID(int=2**90 + 5)), "ab" * 16])
    def test_of_the_caller_is_kept(self, sent):
        assert logs.accept_request_id(sent) == sent

    @pytest.mark.parametrize(
        "sent",
        [
            "", "x", PERSON_NUMBER, "某公司", "A" * 32, "a" * 33, "a" * 32 + "\n", "91320902MA0T00001X", "a b",
            "0" * 9000, f"abcdefa{PERSON_NUMBER}abcdefa",
        ],
    )  # fmt: skip
    def test_of_another_form_is_replaced(self, sent):
        found = logs.accept_request_id(sent)
        assert found != sent
        assert len(found) == 32

    def test_is_one_within_a_run_and_gone_after_it(self):
        with logs.bound(job="push"):
            first = logs.request_id()
            with logs.bound(link="city"):
                assert logs.request_id() == first
        assert first
        assert logs.request_id() == ""


class TestNetwork:
    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"), (None, "-"), ("某人", "-"),
            ("2001:db8:1:2::3%eth0", "2001:db8:1::/48"),
        ],
    )  # fmt: skip
    def test_of_an_address_names_no_single_one(self, address, network):
        assert network_of(address) == network
