"""Check webhook addresses of watches: only hosts allowed by the operator, https, in one plain spelling."""

import ipaddress
import re

URL_LENGTH_MAX = 500
_URL = re.compile(r"(https?)://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::([0-9]{1,5}))?(/[A-Za-z0-9._~/%=&?+,:-]*)?")
"""No user, no fragment, no back-slash, nothing that two readers could take for different hosts."""
_PORTS = {"https": 443, "http": 80}


def hosts(setting: str) -> frozenset[str]:
    """The hosts of the setting ``webhook_hosts``: ``host`` or ``host:port``, separated by commas."""
    return frozenset(host.strip().lower() for host in setting.split(",") if host.strip())


def is_allowed(url: str, allowed: frozenset[str]) -> bool:
    """Whether a webhook may be called: https (or http on this machine), at a host and port of the list.

    A host without port in the list stands for the usual port only.
    """
    match = _URL.fullmatch(url) if len(url) <= URL_LENGTH_MAX else None
    if match is None:
        return False
    scheme, host, port = match[1], match[2], match[3]
    if scheme == "http" and not is_this_machine(host):
        return False
    is_usual = port is None or int(port) == _PORTS[scheme]
    return (is_usual and host in allowed) or f"{host}:{int(port or _PORTS[scheme])}" in allowed


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine by its name or address, so that nothing said to it leaves the machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
