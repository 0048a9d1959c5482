"""Outbound HTTP calls under a total time limit, never through proxies or credentials of the environment."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from socket import socket
from typing import Any, BinaryIO

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from sync.time_limit import TimeLimit

CONNECT_SECONDS = 5
_current = threading.local()


class CallFailed(Exception):  # noqa: N818 - an answer of the world, not an error of the program
    """The call had no whole answer; ``code`` is the kind of error, ``is_late`` whether its time was over."""

    def __init__(self, code: str, *, is_late: bool) -> None:
        super().__init__(code)
        self.code, self.is_late = code, is_late


@dataclass(frozen=True)
class Answer:
    """Status, headers, and at most ``bytes_max`` + 1 bytes of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _WatchedConnection(HTTPConnection):
    def _new_conn(self) -> socket:
        connection: socket = super()._new_conn()
        _current.time_limit.watch(connection)
        return connection


class _WatchedTlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket:
        connection: socket = super()._new_conn()
        _current.time_limit.watch(connection)
        return connection


class _WatchedPool(HTTPConnectionPool):
    ConnectionCls = _WatchedConnection


class _WatchedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTlsConnection


class _WatchedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _WatchedPool, "https": _WatchedTlsPool}


def call(prepared: requests.PreparedRequest, seconds: float, bytes_max: int) -> Answer:
    """Send a request and read its answer within so many seconds altogether; raises ``CallFailed``.

    ``bytes_max`` 0 reads no body. Redirects are not followed.
    """
    body = bytearray()
    status, headers = _call(prepared, seconds, bytes_max, body.extend)
    return Answer(status, headers, bytes(body[: bytes_max + 1]))


def download(prepared: requests.PreparedRequest, seconds: float, bytes_max: int, out: BinaryIO) -> int:
    """Send a request and write the body of its answer to a file, at most one piece more than ``bytes_max``; returns the
    status. Raises ``CallFailed``."""
    return _call(prepared, seconds, bytes_max, out.write)[0]


def _call(
    prepared: requests.PreparedRequest, seconds: float, bytes_max: int, take: Callable[[bytes], object]
) -> tuple[int, Mapping[str, str]]:
    with TimeLimit(seconds) as time_limit, requests.Session() as session:
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, _WatchedAdapter())
        _current.time_limit = time_limit
        try:
            timeout = (min(CONNECT_SECONDS, seconds), seconds)
            with session.send(prepared, timeout=timeout, allow_redirects=False, stream=True) as answer:
                _read_body(answer, bytes_max, take)
        except requests.Timeout:
            raise CallFailed("Timeout", is_late=True) from None
        except (requests.RequestException, OSError) as error:
            raise CallFailed(type(error).__name__, is_late=time_limit.is_over) from None
        if time_limit.is_over:  # a body without a length that was cut looks whole
            raise CallFailed("Timeout", is_late=True)
        return answer.status_code, answer.headers


def _read_body(answer: requests.Response, bytes_max: int, take: Callable[[bytes], object]) -> None:
    """Read the body, cut off after the piece that goes beyond what is accepted."""
    size = 0
    for piece in answer.iter_content(65536) if bytes_max else ():
        take(piece)
        size += len(piece)
        if size > bytes_max:
            break
