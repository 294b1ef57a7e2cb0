"""Of a long output the beginning and the end are kept, in memory that does not grow with it."""

import subprocess
import sys

import pytest

from agents.command_output import NOT_LOGGED
from system.redaction import Redactor
from tests.agents.running_commands import python, run

FLOOD = """
import sys
block = b"".join(b"line %07d of much output\\n" % n for n in range(2000))
for n in range(int(sys.argv[1]) * 10**6 // len(block) + 1): sys.stdout.buffer.write(block)
sys.stdout.buffer.write(b"the end\\n")
"""

# A process of its own, so that what the tests before it took is not counted.
MEASURED = f"""
import resource
from tests.agents.running_commands import python, run
run(python("print(1)"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
result = run(python({FLOOD!r}, 200, timeout_s=60))
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(grown, len(result.output.encode()), result.bytes_seen, result.bytes_cut, result.duration_ms)
"""
ZEROS = "import sys; sys.stdout.write('0' * {0}); sys.stdout.write({1!r})"


def test_200_mb_take_a_few_mib_and_seconds() -> None:
    done = subprocess.run([sys.executable, "-c", MEASURED], capture_output=True, text=True, check=True)
    grown_kib, kept, seen, cut, took_ms = map(int, done.stdout.split())

    assert grown_kib < 16_000
    assert seen > 200_000_000
    assert 2**20 - 200 <= kept <= 2**20
    assert 0 <= kept - (seen - cut) < 64  # the note
    assert took_ms < 10_000


def test_both_ends_are_kept_with_a_note_between() -> None:
    result = run(python(FLOOD, 1), keep_bytes=4096)
    first, note, last = result.output.partition(f"\n[… {result.bytes_cut:,} bytes cut …]\n")

    assert note
    assert first.startswith("line 0000000 of much output\nline 0000001 of")
    assert last.endswith("line 0001999 of much output\nthe end\n")
    assert len(first) + len(last) == result.bytes_seen - result.bytes_cut
    assert abs(len(first) - len(last)) < 100


@pytest.mark.parametrize("size", [3000, 4032])
def test_what_fits_is_whole(size: int) -> None:
    result = run(python(ZEROS.format(size - 4, "end\n")), keep_bytes=4096)

    assert result.output == "0" * (size - 4) + "end\n"
    assert (result.bytes_seen, result.bytes_cut) == (size, 0)


def test_bytes_that_grow_when_decoded_stay_in_bounds() -> None:
    result = run(python(r"import sys; sys.stdout.buffer.write(b'\xff' * 4000 + b'end')"), keep_bytes=4096)

    assert len(result.output.encode()) <= 4096
    assert result.output.startswith("�")
    assert result.output.endswith("�end")
    assert result.bytes_cut > 0


def test_only_the_kept_beginning_is_logged() -> None:
    lines: list[str] = []
    result = run(python(FLOOD, 1), keep_bytes=4096, on_line=lines.append)

    assert lines[-1] == NOT_LOGGED
    assert lines.count(NOT_LOGGED) == 1
    assert result.output.startswith("\n".join(lines[:-1]))
    assert 1500 < len("\n".join(lines)) < 2100


@pytest.mark.parametrize("before", range(99_940, 99_975))
def test_a_secret_on_the_cut_shows_in_neither_end(before: int) -> None:
    secret = "correct-horse-battery-staple"
    script = ZEROS.format(before, secret) + "; sys.stdout.write('1\\0' * 50_000)"
    result = run(python(script), keep_bytes=2 * 99_970 + 64, redactor=Redactor([secret]))

    assert all(part not in result.output for part in ("correct", "horse", "battery", "staple"))


def test_a_secret_that_began_before_the_kept_end_shows_nothing_of_itself() -> None:
    script = """
import sys
print("x" * 400_000)
print("-----BEGIN PRIVATE KEY-----")
for n in range(300): print("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ")
print("-----END PRIVATE KEY-----")
print("y" * 100)
"""
    result = run(python(script), keep_bytes=8192)

    assert "MIIE" not in result.output
    assert result.output.endswith("\n" + "y" * 100 + "\n")
