"""The key that limits count by: one for each address, and no other's."""

from registry.serving import request_limits


def key_of(app, address):
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        return request_limits.address_key()


def test_of_an_ipv4_address_is_its_own_in_either_form(app):
    """An IPv6 socket gives every IPv4 client an address of one network: one of them used up the limit of all."""
    keys = {key_of(app, f"::ffff:192.0.2.{last}") for last in (7, 8, 9)}
    assert len(keys) == 3
    assert keys == {key_of(app, f"192.0.2.{last}") for last in (7, 8, 9)}


def test_of_an_ipv6_address_is_that_of_its_subscriber(app):
    assert key_of(app, "2001:db8:1:2::7") == key_of(app, "2001:db8:1:2:ffff::8") != key_of(app, "2001:db8:1:3::7")
    assert key_of(app, "fe80::1%eth0") == key_of(app, "fe80::2%eth1")


def test_of_what_is_no_address_is_one_for_all(app):
    assert key_of(app, "192.0.2.7:1") == key_of(app, "192.0.2.7:2") == key_of(app, "unknown, 1")
