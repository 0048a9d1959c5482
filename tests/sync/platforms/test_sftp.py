"""The file drop on a real SFTP server: both ways, guarded by the pinned key, limited in time, killed half-way."""

import asyncio
import logging
import socket
import subprocess
import sys
import time

import asyncssh
import pytest

from registry.domain.exchange import sftp_address
from registry.keys import partner_secrets
from registry.keys.partner_secrets import PartnerSecret
from registry.refusals.acts import BatchMalformed
from registry.services.exchange.platform_address import is_usable
from registry.settings import child_environment
from sync.row_transport import TransportFailed
from sync.sftp_folder import SftpFolder
from tests.support import stores
from tests.support.sftp import HOST_KEY, PASSWORD, USER_KEY, served
from tests.sync.bodies import body
from tests.sync.planting import published
from tests.sync.platforms.conftest import CF, CODE, TRADING, register
from tests.sync.platforms.rows import decided, row

BY_PASSWORD = PartnerSecret(password=PASSWORD)
OTHER_KEY = asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for the module; each test has a folder of its own on it."""
    with served(tmp_path_factory.mktemp("sftp")) as running:
        yield running


@pytest.fixture
def folder(server, request):
    """The folder of a test on the server, seen from the platform's own machine."""
    place = server.folder / request.node.name.replace("[", "-").replace("]", "")
    place.mkdir()
    return place


@pytest.fixture
def url(server, folder):
    return server.url(path=f"/{folder.name}")


@pytest.fixture
def side(app, people, url):
    """The node, with the platform's folder on the server and a password for it."""
    settings = app.extensions["registry_settings"]
    partner_secrets.replace(settings.keys_path, CODE, PASSWORD.encode(), settings.key_protection)
    terms = {"file_type": "csv", "formats": list(CF), "formats_in": ["cf-2018", *TRADING]}
    return register(app, url, **terms)


def opened(url, secret=BY_PASSWORD, seconds=5.0):
    return SftpFolder(sftp_address.parse(url), secret, seconds)


def failure(*arguments, **named):
    with pytest.raises(TransportFailed) as caught:
        opened(*arguments, **named)
    return caught.value.code


ONE_STORE = pytest.mark.parametrize("store", stores.STORES[:1], indirect=True)
"""What the store is makes no difference to a folder."""


@ONE_STORE
class TestExchange:
    def test_sends_settles_takes_in_and_reconciles_like_a_folder(self, app, side, partner):
        published(app, body(), body())
        assert side.run().sent == 2
        assert partner.take() == {"taken": 2, "rejected": 0, "held": 2}
        partner.send("cf-2018", [row(decided(1))])
        partner.show_holdings()
        done = side.run()
        assert (done.settled, done.received, done.failed) == (2, 1, None)
        assert len(side.messages("delivered")) == 2
        assert partner.settle() == {"outcomes": {"accepted": 1}}
        assert side.reconcile()["equal"] == 2
        side.run()
        left = [path.name for path in partner.inward.iterdir()]
        assert left == ["sheet.json"]  # batches, drafts and receipts are cleared away

    def test_says_what_is_missing_and_tries_later(self, app, side, server):
        path = app.extensions["registry_settings"].keys_path / f"{CODE}.secret"
        path.unlink()
        assert side.run().failed == "secret-missing"
        partner_secrets.replace(path.parent, CODE, b"wrong\n")
        side.change(retry_at=None)
        assert side.run().failed == "login-refused"
        before = len(server.logins)
        assert side.run().failed == "waits"
        assert side.reconcile() == {"waiting": "retry"}
        assert len(server.logins) == before
        side.change(retry_at=None)
        with pytest.raises(TransportFailed):
            side.reconcile()
        before = len(server.logins)
        assert side.reconcile() == {"waiting": "retry"}
        assert len(server.logins) == before

    def test_names_a_secret_that_cannot_be_read_and_tries_later(self, app, side, server):
        path = app.extensions["registry_settings"].keys_path / f"{CODE}.secret"
        path.write_bytes(b"\xff\xfe")
        before = len(server.logins)
        with pytest.raises(TransportFailed) as caught:
            side.reconcile()
        assert caught.value.code == "keys-damaged"
        side.change(retry_at=None)
        assert side.run().failed == "keys-damaged"
        assert side.peer().retry_at is not None
        assert len(server.logins) == before


class TestServer:
    def test_takes_a_key_instead_of_a_password(self, url):
        folder = opened(url, PartnerSecret(private_key=USER_KEY.export_private_key()))
        folder.make("to-city")
        assert folder.names("to-city") == []
        folder.close()

    def test_with_another_key_than_the_pinned_is_not_signed_in_at(self, server, caplog):
        before = len(server.logins)
        assert failure(server.url(OTHER_KEY)) == "host-key-differs"
        assert len(server.logins) == before

    def test_that_refuses_is_named_without_the_secret(self, url, caplog):
        caplog.set_level(logging.DEBUG)
        assert failure(url, PartnerSecret(password="not-the-password")) == "login-refused"
        assert failure(url, PartnerSecret(private_key=OTHER_KEY.export_private_key())) == "login-refused"
        assert "not-the-password" not in caplog.text
        assert "not-the-password" not in repr(PartnerSecret(password="not-the-password"))

    def test_that_says_nothing_is_given_up(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"sftp://u@127.0.0.1:{silent.getsockname()[1]}/x?host-key={HOST_KEY.get_fingerprint('sha256')}"
            started = time.monotonic()
            assert failure(url, seconds=0.3) in ("timed-out", "ConnectionLost")
            assert time.monotonic() - started < 3

    def test_that_is_not_there_is_given_up(self, server):
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        url = server.url().replace(f":{server.port}/", f":{port}/")
        assert failure(url) == "ConnectionRefusedError"


class Hostile(asyncssh.SFTPServer):
    """Lists names with paths in them, and never comes to the end of a file."""

    async def scandir(self, path):
        for name in (b".", b"..", b"../../etc/passwd", b"batch-00000001.done"):
            yield asyncssh.SFTPName(name, attrs=asyncssh.SFTPAttrs())

    def open(self, path, pflags, attrs):
        return path

    async def read(self, file_obj, offset, size):
        await asyncio.sleep(60)

    def close(self, file_obj):
        pass


class TestFiles:
    def test_with_a_path_in_their_name_refuse_the_listing(self, tmp_path):
        with served(tmp_path, Hostile) as server:
            folder = opened(server.url(path="/"))
            with pytest.raises(TransportFailed, match="listing-unsafe"):
                folder.names("to-city")
            folder.close()

    def test_that_never_end_are_given_up(self, tmp_path):
        (tmp_path / "to-city").mkdir()
        (tmp_path / "to-city" / "sheet.json").write_bytes(b"{}")
        with served(tmp_path, Hostile) as server:
            folder = opened(server.url(path="/"), seconds=0.5)
            with pytest.raises(TransportFailed, match="timed-out"):
                folder.read("to-city", "sheet.json", 1000)
            folder.close()

    def test_that_are_links_or_too_large_are_not_read(self, url, folder):
        side = folder / "to-city"
        side.mkdir()
        (side / "link.json").symlink_to("/etc/passwd")
        (side / "large.json").write_bytes(b"x" * 1001)
        connected = opened(url)
        for name in ("link.json", "large.json"):
            with pytest.raises(BatchMalformed):
                connected.read("to-city", name, 1000)
        with pytest.raises(FileNotFoundError):
            connected.read("to-city", "none.json", 1000)
        connected.close()

    def test_replace_what_is_there_whole(self, url, folder):
        connected = opened(url)
        connected.make("to-platform")
        connected.put("to-platform", "receipt-00000001.json", b"1")
        connected.put("to-platform", "receipt-00000001.json", b"22")
        connected.remove("to-platform", "nothing.json")
        connected.close()
        assert [path.name for path in (folder / "to-platform").iterdir()] == ["receipt-00000001.json"]
        assert (folder / "to-platform" / "receipt-00000001.json").read_bytes() == b"22"


WORKER = """
import os, signal, sys
import asyncssh
from registry.app import create_node
from sync import row_exchange

left = int(sys.argv[1])
rename = asyncssh.SFTPClient.posix_rename

async def counted(*arguments):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    await rename(*arguments)

asyncssh.SFTPClient.posix_rename = counted
with create_node().app_context():
    row_exchange.exchange("platform")
"""


@ONE_STORE
class TestKilled:
    def test_in_the_midst_of_a_batch_goes_on_with_it(self, app, side, partner):
        published(app, body())
        environment = child_environment(app.extensions["registry_settings"])
        done = subprocess.run([sys.executable, "-c", WORKER, "1"], env=environment, check=False)
        assert done.returncode == -9
        assert partner.take()["taken"] == 0
        assert any(path.name.endswith(".part") for path in partner.inward.iterdir())
        side.run()
        assert partner.take()["taken"] == 1
        side.run()
        assert [message.state for message in side.messages()] == ["delivered"]
        assert [batch.sequence for batch in side.batches()] == [1]


class TestAddress:
    KEY = f"host-key={HOST_KEY.get_fingerprint('sha256')}"

    def test_says_who_signs_in_where_and_by_which_keys_the_server_is_known(self):
        parsed = sftp_address.parse(f"sftp://city@drop.example:2222/in/city?{self.KEY}&{self.KEY}")
        assert (parsed.user, parsed.host, parsed.port, parsed.path) == ("city", "drop.example", 2222, "/in/city")
        assert parsed.host_keys == {HOST_KEY.get_fingerprint("sha256")}

    @pytest.mark.parametrize(
        "url",
        [
            "sftp://city@drop.example/in",
            "sftp://city@drop.example/in?host-key=",
            "sftp://city@drop.example/in?host-key=MD5:00",
            "sftp://city:secret@drop.example/in?{key}",
            "sftp://drop.example/in?{key}",
            "sftp://city@drop.example/in/../etc?{key}",
            "sftp://city@drop.example:0/in?{key}",
            "sftp://city@drop.example:99999/in?{key}",
            "sftp://city@drop.example/in?{key}&password=x",
            "sftp://city@drop.example/in?{key}#x",
        ],
    )
    def test_without_a_pinned_key_or_with_a_secret_is_none(self, url):
        assert is_usable("files", url.format(key=self.KEY)) is False


@ONE_STORE
class TestSecret:
    def test_is_encrypted_like_the_keys_and_kept_by_the_command(self, app, side, typed, tmp_path):
        file = tmp_path / "secret"
        file.write_text("another-secret\n")
        assert typed("exchange", "peers", "secret", CODE, str(file))[0] == 0
        keys = app.extensions["registry_settings"].keys_path
        assert partner_secrets.read(keys, CODE) == PartnerSecret(password="another-secret")
        assert (keys / f"{CODE}.secret").stat().st_mode & 0o077 == 0
        file.write_text("\n")
        code, printed = typed("exchange", "peers", "secret", CODE, str(file))
        assert code == 2
        assert "another-secret" not in printed
        assert typed("exchange", "peers", "secret", CODE, "--forget")[0] == 0
        assert partner_secrets.read(keys, CODE) is None
        assert typed("exchange", "peers", "secret", "../vault", "--forget")[0] == 1
