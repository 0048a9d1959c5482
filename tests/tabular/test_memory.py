"""JSON files take memory by what they hold, not by what their brackets could become: each in its own process."""

import subprocess
import sys

import pytest

_MEASURE = """
import resource, sys
from registry.errors import Refusal
from registry.tabular.objects import read_json
data = eval(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    answer = len(read_json(data).rows)
except Refusal as refusal:
    answer = refusal.code
print(answer, len(data), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""
_MEGABYTE = 2**20


def measured(expression: str) -> tuple[str, int, int]:
    """Rows read or the code of the refusal, bytes of the file, bytes of memory that reading took."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, expression], capture_output=True, text=True, check=True, timeout=300
    )
    answer, size, peak = done.stdout.split()
    return answer, int(size), int(peak)


class TestMemory:
    @pytest.mark.parametrize(
        "expression",
        [
            pytest.param("b'[{' + b','.join(b'\"%07d\":1' % i for i in range(2_600_000)) + b'}]'", id="members"),
            pytest.param("b'[' + b'[],' * 10_000_000 + b'[]]'", id="lists"),
            pytest.param("b'[' + b'{},' * 10_000_000 + b'{}]'", id="objects"),
            pytest.param("b'[{\"a\":' * 1 + b'{\"a\":' * 90_000 + b'1' + b'}' * 90_001 + b']'", id="depth"),
        ],
    )
    def test_is_not_taken_by_a_file_that_is_refused(self, expression):
        answer, size, peak = measured(expression)
        assert answer in ("file-shape", "too-many-rows", "file-unreadable")
        assert peak < 4 * size + 60 * _MEGABYTE

    def test_of_a_sound_file_grows_with_its_cells(self):
        row = "b'{' + b','.join(b'\"column%02d\":\"value%d\"' % (i, i) for i in range(40)) + b'}'"
        answer, size, peak = measured(f"b'[' + b','.join([{row}] * 6_000) + b']'")
        assert answer == "6000"
        assert peak < 12 * size + 30 * _MEGABYTE
