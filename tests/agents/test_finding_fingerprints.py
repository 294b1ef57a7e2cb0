"""What is the same finding in the next run, and what is another one."""

import pytest

from agents.findings.fingerprints import fingerprint_of, without_figures
from agents.reports import Finding


def fingerprint(title: str, *, agent: str = "disk", node: str = "nas", key: str | None = None) -> str:
    finding = Finding(title=title, severity="warning", evidence="", recommendation="", key=key)
    return fingerprint_of(agent, node, finding)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Disk / at 96 %", "Disk / at 97.5 %"),
        ("Disk / at 96%", "Disk / at 7%"),
        ("Docker images: 1.2 GiB", "Docker images: 900 MiB"),
        ("Images take 12GB", "Images take 900MB"),
        ("1,204 times: no route to host", "17 times: no route to host"),
        ("Silent since 2026-11-26 14:05", "Silent since 2026-11-03"),
        ("Silent since 2026-11-26T14:05:33Z", "Silent since 2026-11-26T09:00:00.5+01:00"),
        ("Up for 3 d", "Up for 44 min"),
        ("Answers after 20ms.", "Answers after 3 s."),
        ("Disk /  is full", "disk / is full"),
    ],
)
def test_the_same(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Disk /data/1 at 96 %", "Disk /data/2 at 96 %"),
        ("eth0 has errors", "eth1 has errors"),
        ("Unit backup-1.service has failed", "Unit backup-2.service has failed"),
        ("/srv/2026-11-25 is large", "/srv/2026-11-26 is large"),
        ("python3.11 holds 40 % of the memory", "python3.12 holds 40 % of the memory"),
        ("Disk / at 96 %", "Disk / has used 96 % of its inodes"),
    ],
)
def test_two_things(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_each_agent_and_node_is_of_its_own() -> None:
    same = "Disk / at 96 %"
    assert len({fingerprint(same), fingerprint(same, node="pi"), fingerprint(same, agent="health")}) == 3
    assert fingerprint("x", agent="a", node="b c") != fingerprint("x", agent="a b", node="c")


def test_a_key_stands_for_whatever_the_title_says() -> None:
    assert fingerprint("1 zombie", key="zombies") == fingerprint("12 zombies", key="zombies")


def test_what_had_no_key_can_be_given_the_title_it_had() -> None:
    assert fingerprint("Disk / is full at 96 %") == fingerprint("No room is left", key="disk / is full at #")


def test_nothing_but_figures_is_taken_out() -> None:
    assert without_figures("Disk /data/1 at 96.1 %, 3 d left") == "Disk /data/1 at #, # left"
    assert without_figures("v1.2 of 10.0.0.1 — über 55GiB") == "v1.2 of # — über #"
