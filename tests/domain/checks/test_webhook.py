"""A webhook is called at hosts of the list only, whatever the address looks like."""

import pytest

from registry.domain.checks.webhook import hosts, is_allowed

LIST = hosts("centre.example, hooks.example:8443,127.0.0.1:9000 ,[::1]")


class TestIsAllowed:
    @pytest.mark.parametrize(
        "url",
        [
            "https://centre.example",
            "https://centre.example/hook?token=a-b_c",
            "https://centre.example:443/hook",
            "https://hooks.example:8443/a/b",
            "http://127.0.0.1:9000/hook",
        ],
    )
    def test_at_a_listed_host(self, url):
        assert is_allowed(url, LIST)

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "centre.example",
            "ftp://centre.example/",
            "http://centre.example/",
            "https://other.example/",
            "https://centre.example.evil.example/",
            "https://evilcentre.example/",
            "https://centre.example:8443/",
            "https://hooks.example/",
            "https://hooks.example:443/",
            "https://user@centre.example/",
            "https://centre.example@evil.example/",
            "https://evil.example/#@centre.example/",
            "https://evil.example\\@centre.example/",
            "https://centre.example\\.evil.example/",
            "https://centre.example:443@evil.example/",
            "https://centre.example /",
            "https://centre.example/\r\nHost: x",
            "https://ｃentre.example/",
            "https://centre.example/盐城",
            "http://127.0.0.1/",
            "http://127.0.0.1:9001/",
            "https://centre.example:999999/",
            "https://centre.example/" + "a" * 500,
            "HTTPS://centre.example/",
            "http://localhost:9000/",
            "http://[::1]/",
        ],
    )
    def test_and_nowhere_else(self, url):
        assert not is_allowed(url, LIST)

    def test_at_none_when_none_is_listed(self):
        assert not is_allowed("https://centre.example/", hosts(""))
