"""Messages that differ in what varies are one pattern, and what is kept of them is bounded."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.probes.logs.groups import Digest, pattern_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "pattern"),
    [
        (
            "Failed password for root from 10.0.0.7 port 51122 ssh2",
            "Failed password for root from <ip> port <n> ssh2",
        ),
        ("peer fe80::1ff:fe23:4567:890a gone", "peer <ip> gone"),
        ("mac aa:bb:cc:dd:ee:ff seen", "mac <mac> seen"),
        ("job 123e4567-e89b-12d3-a456-426614174000 died", "job <uuid> died"),
        (
            "segfault at 7f3c1 ip 0x00007f error 4 in libc.so.6",
            "segfault at <hex> ip <hex> error <n> in libc.so.<n>",
        ),
        ("commit 9fceb02d0ae598e95dc970b74767f19372d61af8", "commit <hex>"),
        ("test_ab12cd34ef56 dropped", "test_<hex> dropped"),
        ("12345678 rows, 1,234.5 ms, 12%", "<n> rows, <n> ms, <n>%"),
        ("relation \"users\" is not 'there'", "relation <text> is not <text>"),
        ("don't and can't stay", "don't and can't stay"),
        ("open(/var/lib/x/1.db): denied", "open(<path>): denied"),
        ("main.py:12 in /srv/app.py:14: x", "main.py:<n> in <path>:<n>: x"),
        ("see https://example.org/a?b=1 for more", "see <url> for more"),
        ("since 2026-03-02T11:22:33.123Z and 11:22:33", "since <time> and <time>"),
        ("eth0 and sda1 and error are words", "eth0 and sda1 and error are words"),
        ("\x1b[31mred\x1b[0m\x00 alert\r\n", "red alert"),
        ("", ""),
    ],
)
def test_what_varies_is_replaced(message: str, pattern: str) -> None:
    assert pattern_of(message) == pattern


def test_a_group_knows_its_count_first_last_and_latest_example() -> None:
    digest = Digest()
    for minute in (5, 1, 9):
        digest.add(f"lost {minute} packets", "error", NOON + timedelta(minutes=minute), "a.log")
    digest.add("lost 7 packets", "critical", None, "b.log")
    (group,) = digest.groups()
    row = group.as_row()
    assert (row["pattern"], row["count"], row["level"]) == ("lost <n> packets", 4, "critical")
    assert (row["first_seen"], row["last_seen"]) == ("2026-03-02T12:01:00+00:00", "2026-03-02T12:09:00+00:00")
    assert row["example"] == "lost 9 packets"
    assert row["sources"] == ["a.log", "b.log"]


def test_the_gravest_comes_first_then_the_most_frequent() -> None:
    digest = Digest()
    for message, level, times in (
        ("w", "warning", 9),
        ("e", "error", 1),
        ("f", "error", 3),
        ("c", "critical", 1),
    ):
        for _ in range(times):
            digest.add(message, level, None, "x")  # type: ignore[arg-type]
    assert [group.pattern for group in digest.groups()] == ["c", "f", "e", "w"]


def test_memory_is_bounded_and_the_frequent_survive() -> None:
    digest = Digest(limit=100)
    for n in range(20_000):
        digest.add("the real trouble", "error", NOON, "x")
        digest.add("noise " + "".join(chr(97 + int(digit)) for digit in str(n)), "error", NOON, "x")
    groups = digest.groups()
    assert len(groups) <= 200
    assert groups[0].pattern == "the real trouble"
    assert groups[0].count == 20_000
    assert digest.totals["error"] == 40_000
    assert len(groups) + digest.forgotten == 20_001


def test_a_huge_message_is_kept_short() -> None:
    digest = Digest()
    digest.add("error " + "x y " * 1_000_000, "error", None, "x")
    (group,) = digest.groups()
    assert len(group.pattern) <= 240
    assert len(group.example) <= 500
