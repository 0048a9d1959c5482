"""A process that counts requests on a full disk goes on; it was ended by SIGBUS."""

import os
import subprocess
import sys

import pytest

from registry.serving.reserved_files import ReservedDict
from registry.settings import METRICS_VARIABLE

COUNTING = """
import os, sys
from registry.serving import metrics
metrics.count_request("GET", "/first", 200, 0.1)
with open(os.path.join(os.environ["PROMETHEUS_MULTIPROC_DIR"], "ballast"), "wb", buffering=0) as ballast:
    try:
        while True:
            ballast.write(bytes(4096))
    except OSError:
        pass
for number in range(3000):
    metrics.count_request("GET", f"/{number}", 200, 0.1)
os.unlink(ballast.name)
metrics.count_request("GET", "/last", 200, 0.1)
assert b'route="/last"' in metrics.render(())
print("goes on")
"""


@pytest.fixture
def small_disk(tmp_path):
    """A disk of three megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


class TestFullDisk:
    def test_ends_no_process_that_counts(self, small_disk):
        environment = {**os.environ, METRICS_VARIABLE: str(small_disk)}
        done = subprocess.run(
            [sys.executable, "-c", COUNTING], env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (0, "goes on\n"), done.stderr


class TestReservedDict:
    def test_has_every_byte_of_its_file_reserved_as_it_grows(self, tmp_path):
        path = tmp_path / "counter_1.db"
        counters = ReservedDict(str(path))
        for number in range(2000):
            counters.write_value(f"{number:060}", float(number), 0.0)
        stat = path.stat()
        assert stat.st_size > 1 << 16
        assert stat.st_blocks * 512 >= stat.st_size
        counters.close()
        again = ReservedDict(str(path))
        assert again.read_value(f"{1999:060}")[0] == 1999.0
        again.close()
