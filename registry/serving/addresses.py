"""Addresses that requests come from: told apart as far as a limit or a line of the log needs."""

import ipaddress

IPV4_PREFIX, IPV6_PREFIX = 24, 48
SUBSCRIBER_PREFIX = 64
"""A subscriber has a whole network of IPv6 addresses of this size."""


def network_of(address: str | None) -> str:
    """The network that an address lies in (/24, of IPv6 /48): tells offices apart, not persons; ``-`` if unknown."""
    parsed = parse_address(address)
    if parsed is None:
        return "-"
    prefix = IPV4_PREFIX if parsed.version == 4 else IPV6_PREFIX
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))


def parse_address(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a text is, without the zone of a link; None for any other text.

    An IPv4 address in the form that an IPv6 socket gives it (``::ffff:192.0.2.7``) is that IPv4 address.
    """
    try:
        parsed = ipaddress.ip_address((text or "").partition("%")[0])
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if parsed.version == 6 else parsed


def subscriber_of(text: str | None) -> str:
    """The subscriber that an address is of: the address, of IPv6 its network.

    What is no address is one for all: a proxy that lets its clients write there would give each as many as it likes.
    """
    parsed = parse_address(text)
    if parsed is None:
        return "-"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network(f"{parsed}/{SUBSCRIBER_PREFIX}", strict=False))
