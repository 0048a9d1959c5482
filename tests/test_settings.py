"""Settings from the environment."""

import pytest
from sqlalchemy import create_engine

from registry.settings import Settings, from_environment


class TestUrl:
    @pytest.mark.parametrize(
        ("url", "host", "port", "more"),
        [
            ("postgresql://u:p@a:1,b:2/db?target_session_attrs=read-write", "a,b", "1,2", "read-write"),
            ("postgresql://u@a,b/db", "a,b", "5432,5432", None),
            ("postgresql+psycopg://u@h1,h2:7/db?target_session_attrs=any", "h1,h2", "5432,7", "any"),
            ("postgresql://u@a:1/db", "a", 1, None),
            ("postgresql://u@/db?host=/run/postgresql", "/run/postgresql", None, None),
        ],
    )  # fmt: skip
    def test_of_one_or_several_hosts_reaches_the_driver(self, url, host, port, more):
        for found in (Settings(database_url=url).url, Settings(read_url=url).replica_url):
            engine = create_engine(found)
            _, arguments = engine.dialect.create_connect_args(engine.url)
            assert arguments["host"] == host
            assert arguments.get("port") == port
            assert arguments["dbname"] == "db"
            assert arguments.get("target_session_attrs") == more


class TestEnvironment:
    @pytest.mark.parametrize(("name", "text"), [("LOG_FORMAT", "xml"), ("LOG_LEVEL", "INFO"), ("LOG_LEVEL", "loud")])
    def test_takes_only_the_words_that_mean_something(self, monkeypatch, tmp_path, name, text):
        monkeypatch.setenv("REGISTRY_HOME", str(tmp_path))
        monkeypatch.setenv(f"REGISTRY_{name}", text)
        with pytest.raises(SystemExit, match=name):
            from_environment()
        monkeypatch.setenv(f"REGISTRY_{name}", {"LOG_FORMAT": "json", "LOG_LEVEL": "error"}[name])
        assert from_environment()
