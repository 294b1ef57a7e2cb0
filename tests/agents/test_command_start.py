"""A command starts with nothing of ours, or says what is wrong with it."""

import json
import os
from pathlib import Path

import pytest

from agents.commands import Command, CommandError, ProgramNotFound
from tests.agents.running_commands import python, run

LOOK = """
import json, os, sys
print(json.dumps({
    "env": dict(os.environ), "argv": sys.argv[1:], "stdin": sys.stdin.read(), "cwd": os.getcwd(),
    "own_session": os.getsid(0) == os.getpid(), "files": sorted(map(int, os.listdir("/proc/self/fd"))),
}))
"""


def look(*args: str, **more: object) -> dict[str, object]:
    seen = json.loads(run(python(LOOK, *args, **more)).output)
    assert isinstance(seen, dict)
    return seen


def test_the_environment_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_API_KEY", "not for you")
    seen = look(env={"NAMED": "yes", "LANG": "de_DE.UTF-8"})["env"]
    assert isinstance(seen, dict)

    assert seen.keys() <= {"PATH", "HOME", "LANG", "TERM", "TZ", "LC_CTYPE", "NAMED", "CLAUDEOPS_RUNNER"}
    assert (seen["NAMED"], seen["LANG"], seen["TERM"]) == ("yes", "de_DE.UTF-8", "dumb")
    assert seen["PATH"]


def test_it_is_alone_in_a_session_and_holds_no_file_of_ours(tmp_path: Path) -> None:
    with (tmp_path / "ours").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        seen = look()

    assert seen["own_session"] is True
    assert seen["files"] == [0, 1, 2, 3]  # 3 reads this list


def test_arguments_reach_it_as_they_are() -> None:
    args = ["; rm -rf /", "$(id)", "a b", "*", "&&", "--help", "", "'\"\n"]
    assert look(*args)["argv"] == args


def test_stdin_is_what_was_given_or_empty(tmp_path: Path) -> None:
    assert look()["stdin"] == ""
    assert look(stdin=b"x" * 200_000)["stdin"] == "x" * 200_000
    assert look(cwd=str(tmp_path))["cwd"] == str(tmp_path)


def test_relative_programs_are_relative_to_the_working_directory(tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\necho found\n")
    tool.chmod(0o755)

    assert run(Command(["./tool"], {}, str(tmp_path), 5)).output == "found\n"
    assert run(Command(["tool"], {"PATH": str(tmp_path)}, None, 5)).output == "found\n"


@pytest.mark.parametrize(
    ("argv", "cwd", "message"),
    [
        ([], None, "names no program"),
        ([""], None, "names no program"),
        (["no-such-program"], None, "no program 'no-such-program' in /"),
        (["./no-such-program"], "/", "no program '/no-such-program'"),
        (["/etc/passwd"], None, "'/etc/passwd' cannot be executed"),
        (["/etc"], None, "'/etc' cannot be executed"),
        (["true"], "/no/such", "working directory '/no/such' is not there"),
        (["true", "a\0b"], None, "'true' cannot be started: embedded null byte"),
        (["true", "a" * 3_000_000], None, "'true' cannot be started: .*too long"),
    ],
)
def test_what_cannot_start_says_why(argv: list[str], cwd: str | None, message: str) -> None:
    with pytest.raises(CommandError, match=message) as caught:
        run(Command(argv, {}, cwd, 5))
    assert isinstance(caught.value, ProgramNotFound) == ("no program '" in message)


def test_exit_codes_and_signals_are_told_apart() -> None:
    left = run(python("raise SystemExit(3)"))
    killed = run(python("import os; os.kill(os.getpid(), 11)"))

    assert (left.ended, left.exit_code, left.signal) == ("exited", 3, None)
    assert (killed.ended, killed.exit_code, killed.signal) == ("exited", None, 11)
