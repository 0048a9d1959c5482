"""Judge the addresses of platforms: a folder here or on an SFTP server, or a database; none with a secret in it."""

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from registry.domain.exchange import sftp_address

RULE = (
    "文件交换的地址应为 file:///绝对路径，或者 sftp://账号@主机:端口/路径?host-key=SHA256:主机公钥指纹；"
    "前置库的地址应为 SQLAlchemy 地址（sqlite、postgresql、mysql），不含口令："
    "口令放在数据库客户端自己的口令文件里（passfile、read_default_file）"
)
_POSTGRESQL = frozenset({
    "host", "port", "passfile", "service", "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout",
})  # fmt: skip
_MARIADB = frozenset({
    "unix_socket", "charset", "read_default_file", "read_default_group", "connect_timeout", "ssl_ca", "ssl_cert",
    "ssl_key", "ssl_verify_cert", "ssl_verify_identity",
})  # fmt: skip
_DATABASES = {"sqlite": frozenset[str](), "postgresql": _POSTGRESQL, "mysql": _MARIADB, "mariadb": _MARIADB}
"""Kinds of database and the parameters that an address may have: none that is a secret or a statement."""


def is_usable(transport: str, url: str) -> bool:
    """Whether an address is of the transport's kind and can be kept and shown in clear."""
    if transport == "files" and sftp_address.parse(url) is not None:
        return True
    return _is_folder(url) if transport == "files" else _is_database(url)


def _is_folder(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    path = PurePosixPath(unquote(parts.path))
    is_plain = parts.scheme == "file" and not (parts.netloc or parts.query or parts.fragment)
    return is_plain and path.is_absolute() and ".." not in path.parts and len(path.parts) > 1 and url.isprintable()


def _is_database(url: str) -> bool:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        return False
    known = _DATABASES.get(address.get_backend_name())
    is_plain = address.password is None and known is not None and known.issuperset(address.query)
    return is_plain and bool(address.database)
