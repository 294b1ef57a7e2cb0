"""What takes the CPU and the memory is named, and no argument that may be a secret."""

import subprocess
import sys

import pytest

from agents.probes.top_processes import TopProcesses, TopProcessesParams, name_program
from system.thresholds import Thresholds
from tests.agents.probes.machine import on_this_machine


def test_a_process_that_spins_is_among_the_first() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as spinner:
        try:
            result = TopProcesses().collect(TopProcessesParams(count=10), on_this_machine())
        finally:
            spinner.kill()
    rows = {row["pid"]: row for row in result.data["by_cpu"]}
    assert rows[spinner.pid]["cpu_percent"] > 10
    assert "while True" not in result.text


def test_a_process_that_holds_memory_is_among_the_first() -> None:
    program = "x = bytearray(400 << 20); print('ready', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"ready\n"
        data = TopProcesses().collect(TopProcessesParams(count=50), on_this_machine()).data
        holder.communicate(b"\n")
    assert holder.pid in [row["pid"] for row in data["by_memory"]]
    sizes = [row["memory_bytes"] for row in data["by_memory"]]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("name", "argv", "shown"),
    [
        ("nginx", ["nginx: worker process"], "nginx"),
        ("mysqld", ["mysqld", "--password=hunter2"], "mysqld"),
        ("python3", ["python3", "/srv/app/manage.py", "runserver", "--secret", "x"], "python3 manage.py"),
        ("python3", ["python3", "-u", "-m", "daphne", "app"], "python3 -m daphne"),
        ("python3", ["python3", "-c", "password = 'x'"], "python3"),
        ("node", ["node", "TOKEN=abc", "server.js"], "node server.js"),
        ("java", ["java", "-Xmx4g", "-jar", "/opt/x/app.jar"], "java app.jar"),
        ("bash", ["bash"], "bash"),
        ("evil\x1b[31m\nname", [], "evil name"),
    ],
)
def test_a_program_is_named_without_its_secrets(name: str, argv: list[str], shown: str) -> None:
    assert name_program(name, argv) == shown


def test_only_who_holds_half_of_the_memory_is_worth_a_word() -> None:
    row = {"name": "a", "pid": 1, "user": "u", "cpu_percent": 0.0, "memory_bytes": 1, "memory_percent": 49.9}
    assert TopProcesses().assess({"by_memory": [row]}, Thresholds()) == []
    (finding,) = TopProcesses().assess({"by_memory": [{**row, "memory_percent": 50.0}]}, Thresholds())
    assert finding.severity == "info"
