"""The examples that start a night: what they run, and that no end of it looks like another."""

import argparse
import ast
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cds_hooks import populating
from cds_hooks.store.answers import Answers
from tests.builders import write_folder
from tests.running import GOODDAY
from tests.tagging import Desk, a_cough

EXAMPLES = Path(__file__).parents[2] / "cds_hooks" / "at-night"
WHERE = "/opt/goodday/night.sh"
DAY = "2026-11-21"


def text(name: str) -> str:
    return (EXAMPLES / name).read_text(encoding="utf-8")


class Host:
    """A machine with night.sh on it, and something in the place of goodday."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.nights, self.list = folder / "nights", folder / "export"
        self.list.mkdir(exist_ok=True)
        (self.list / "Patient.ndjson").touch()
        self.command = folder / "command"
        self.more: dict[str, str] = {}

    def command_is(self, *lines: str) -> None:
        """Lines of sh, with what they were called with as $* and the folder of the night as $to."""
        to = 'to=; was=; for one in "$@"; do [ "$was" != --to ] || to=$one; was=$one; done'
        self.command.write_text("\n".join(["#!/bin/sh", to, *lines]), encoding="utf-8")
        self.command.chmod(0o700)

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "NIGHT_COMMAND": str(self.command),
            "NIGHT_DAY": DAY,
            "NIGHT_LIST": str(self.list),
            "NIGHT_RULES": str(self.folder / "practice"),
            "NIGHT_FOLDERS": str(self.nights),
            "GOODDAY_DATA": str(self.folder / "data"),
            **self.more,
        }

    def starts(self, line: str = str(EXAMPLES / "night.sh")) -> subprocess.Popen[str]:
        """As cron and systemd do it."""
        return subprocess.Popen(
            ["/bin/sh", "-c", line],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def night(self, line: str = str(EXAMPLES / "night.sh")) -> tuple[int, str, str]:
        """Its end: the code, what was printed, and what was printed to standard error."""
        with self.starts(line) as run:
            out, err = run.communicate(timeout=120)
        return run.returncode, out, err

    def check(self) -> tuple[int, str]:
        code, out, err = self.night(f"{EXAMPLES / 'night.sh'} check")
        assert out == ""
        return code, err

    @property
    def sealed(self) -> bool:
        return (self.nights / DAY / "today.txt").exists()

    @property
    def look(self) -> str:
        beside = self.nights / f"{DAY}.look.txt"
        return beside.read_text(encoding="utf-8") if beside.exists() else ""


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


MADE = 'mkdir -p "$to"; echo 1 reminder > "$to/today.txt"'


def test_a_night_that_went_well_says_nothing_to_whoever_is_told_of_faults(host: Host) -> None:
    host.command_is(MADE)
    code, out, err = host.night()
    assert (code, err, host.look) == (0, "", "")
    assert out == f"Good Day, {DAY}: the lists are in {host.nights / DAY}.\n"
    assert host.check() == (0, "")


# What becomes of the night -> the code, and a part of what is said.
ENDS = {
    "something was set aside": ([MADE, "echo Flag.ndjson:3 >&2", "exit 1"], 1, "could not be read"),
    "it could not run": (["echo no store here >&2", "exit 2"], 2, "no store here\nGood Day, "),
    "a Python that cannot start": (["exit 1"], 2, "(it ended with 1)"),
    "ended well and there is nothing": (["exit 0"], 2, "(it ended with 0)"),
    "killed": ([MADE, "kill -9 $$"], 2, "(it ended with 137)"),
    "it takes too long": (["exec sleep 60"], 2, "(it ended with 124)"),
}


@pytest.mark.parametrize(("lines", "code", "said"), ENDS.values(), ids=ENDS)
def test_no_other_end_is_taken_for_that(host: Host, lines: list[str], code: int, said: str) -> None:
    host.command_is(*lines)
    host.more = {"NIGHT_MOST": "0.2s"} if "sleep" in lines[0] else {}
    ended, _, err = host.night()
    assert ended == code
    assert said in err
    assert host.look == err  # beside the lists too, for where no mail arrives
    assert host.check() == (code, err)


def test_lists_of_an_earlier_run_are_not_taken_for_this_ones(host: Host) -> None:
    host.command_is(MADE)
    host.night()
    host.command_is("exit 1")
    code, _, err = host.night()
    assert code == 2
    assert "no lists were made" in err


def test_a_night_that_did_not_begin_is_told_in_the_morning(host: Host) -> None:
    code, err = host.check()
    assert code == 2
    assert "no word of why: did the night begin?" in err


def test_two_nights_do_not_run_at_once_and_a_killed_one_holds_up_none(host: Host) -> None:
    host.command_is("echo begun > $to.begun", "exec sleep 60")
    first = host.starts()
    while not list(host.nights.glob("*.begun")):
        assert first.poll() is None
    host.more = {"NIGHT_DAY": "2026-11-22"}
    code, _, err = host.night()
    assert code == 2
    assert "an earlier night is still running" in err
    assert "a night is still running" in host.check()[1]
    everything = subprocess.run(
        ["ps", "-o", "pid=", "--sid", str(first.pid)], capture_output=True, text=True, check=True
    )
    for pid in map(int, everything.stdout.split()):
        os.kill(pid, signal.SIGKILL)
    first.communicate()
    host.more = {}
    assert "began and was cut short" in host.check()[1]
    host.command_is(MADE)
    assert host.night()[0] == 0


def test_a_night_that_somebody_stopped_is_none(host: Host) -> None:
    host.command_is("echo Process 1: >&2", 'kill -9 "$(ps -o ppid= -p $PPID)"')
    host.night()
    code, err = host.check()
    assert code == 2
    assert err.startswith("Process 1:\nGood Day, ")
    assert "cut short" in err


def test_an_export_that_did_not_come_is_told(host: Host) -> None:
    host.command_is(MADE)
    os.utime(host.list / "Patient.ndjson", (0, 0))
    code, _, err = host.night()
    assert code == 2
    assert "Did the export come?" in err
    assert not host.sealed
    host.list.rename(host.folder / "elsewhere")
    assert host.night()[0] == 2


def test_what_is_about_people_goes_when_it_is_old_and_nothing_else_does(host: Host) -> None:
    host.command_is(MADE)
    host.night()
    for name in ("2026-09-01", "2026-09-02.look.txt", "2026-11-01", "letters", "2026-09-01-mine"):
        (host.nights / name).mkdir()
        os.utime(host.nights / name, (0, 0) if name != "2026-11-01" else None)
    host.night()
    left = {one.name for one in host.nights.iterdir() if not one.name.startswith(".")}
    assert left == {DAY, "2026-11-01", "letters"}


def test_what_a_killed_night_had_sorted_is_gone_with_the_next(host: Host) -> None:
    (host.nights / ".scratch" / "goodday-x").mkdir(parents=True)
    host.command_is(MADE)
    host.night()
    assert not (host.nights / ".scratch").exists()


def on(host: Host, day: str) -> Path:
    """The list of whom to leave out in the folder of a night, which is made."""
    host.more = {"NIGHT_DAY": day}
    assert host.night()[0] == 0
    return host.nights / day / "leave-out.txt"


def test_whoever_was_struck_out_stays_out_in_the_folders_of_the_nights_after(host: Host) -> None:
    host.command_is(MADE, 'cp "$to/leave-out.txt" "$0.had" 2>/dev/null; true')
    on(host, "2026-11-20").write_text("ann\n", encoding="utf-8")
    assert on(host, "2026-11-21").read_text("utf-8") == "ann\n"
    assert (host.folder / "command.had").read_text("utf-8") == "ann\n"  # before the lists are made
    on(host, "2026-11-21").write_text("ann\nbea\n", encoding="utf-8")
    assert on(host, "2026-11-21").read_text("utf-8") == "ann\nbea\n"
    host.command_is("exit 1")
    host.more = {"NIGHT_DAY": "2026-11-22"}
    assert host.night()[0] == 2
    host.command_is(MADE)
    assert on(host, "2026-11-23").read_text("utf-8") == "ann\nbea\n"


def test_who_was_struck_out_of_fridays_night_on_monday_stays_out_on_tuesday(host: Host) -> None:
    host.command_is(MADE)
    friday, monday = on(host, "2026-11-20"), on(host, "2026-11-23")
    monday.write_text("ann\n", encoding="utf-8")
    os.utime(monday, (1, 1))
    friday.write_text("ann\nbea\n", encoding="utf-8")
    assert on(host, "2026-11-24").read_text("utf-8") == "ann\nbea\n"


def test_without_the_list_of_who_is_left_out_there_are_no_lists(host: Host) -> None:
    host.command_is(MADE)
    on(host, "2026-11-20").mkdir()
    host.more = {}
    code, _, err = host.night()
    assert code == 2
    assert "could not be carried over" in err
    assert not host.sealed


def test_everything_is_for_the_owner_alone(host: Host) -> None:
    host.command_is(MADE, "echo x >&2", "exit 1")
    host.night()
    assert {one.stat().st_mode & 0o077 for one in [host.nights, *host.nights.rglob("*")]} == {0}


def test_what_it_runs_is_something_that_goodday_takes(host: Host) -> None:
    host.command_is('for one in "$@"; do printf "%s\\n" "$one"; done > "$0.with"', MADE)
    host.more = {"NIGHT_CLIENT": "st-marys"}
    host.night()
    given = (host.folder / "command.with").read_text(encoding="utf-8").splitlines()
    parser = argparse.ArgumentParser(exit_on_error=False)
    populating.add(parser)
    assert given[0] == "population"
    options = parser.parse_args(given[1:])
    assert (options.doing, options.source, str(options.today)) == ("tag", host.list, DAY)
    assert (options.to, options.client) == (host.nights / DAY, "st-marys")


def test_secrets_that_systemd_hands_over_reach_it_and_no_argument(host: Host) -> None:
    write_folder(host.folder / "secrets", {"STORE_KEY": "k-1\n", "STORE": "postgresql://x\n"})
    host.command_is('echo "$GOODDAY_STORE_KEY $GOODDAY_STORE" > "$0.had"', 'echo "$*" >&2', MADE)
    host.more = {"CREDENTIALS_DIRECTORY": str(host.folder / "secrets")}
    _, _, err = host.night()
    assert (host.folder / "command.had").read_text(encoding="utf-8") == "k-1 postgresql://x\n"
    assert "k-1" not in err
    assert "postgresql" not in err


def a_list(folder: Path, capsys: pytest.CaptureFixture[str]) -> Host:
    """A practice with a store, and one person who would be reminded."""
    desk = Desk(folder, capsys)
    desk.practises()
    desk.has(["ann"], a_cough("ann"))
    Answers(desk.data).close()
    host = Host(folder)
    host.command = Path(GOODDAY)
    return host


def lose_the_condition_file(host: Host) -> None:
    (host.list / "Condition.ndjson").unlink()


def lose_the_people(host: Host) -> None:
    (host.list / "Patient.ndjson").unlink()


def lose_the_store(host: Host) -> None:
    shutil.rmtree(host.folder / "data")


def break_a_line(host: Host) -> None:
    with (host.list / "Flag.ndjson").open("a", encoding="utf-8") as file:
        file.write('{"resourceType": "Flag"\n')


@pytest.mark.long
@pytest.mark.parametrize(
    ("spoils", "code", "said"),
    [
        pytest.param(None, 0, "", id="all is well"),
        pytest.param(break_a_line, 1, "Flag.ndjson:1", id="a line"),
        pytest.param(lose_the_condition_file, 1, "see today.txt", id="a file did not come"),
        pytest.param(lose_the_people, 2, "nobody in it", id="nobody came"),
        pytest.param(lose_the_store, 2, "There is no store", id="no store"),
    ],
)
def test_the_line_of_cron_tells_how_a_real_night_ended(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoils: Callable[[Host], None] | None,
    code: int,
    said: str,
) -> None:
    host = a_list(tmp_path, capsys)
    if spoils is not None:
        spoils(host)
    line = re.findall(r"^15 2 .*  goodday  (.*)$", text("goodday.cron"), re.MULTILINE)[0]
    ended, out, err = host.night(line.replace(WHERE, str(EXAMPLES / "night.sh")))
    assert (ended, out) == (code, "")  # cron mails what is left of standard output
    assert said in err
    assert bool(err) == bool(code)
    assert host.sealed == (code < 2)
    assert host.check()[0] == code


def test_each_example_runs_the_same_thing() -> None:
    lines = text("goodday.cron").splitlines()
    entries = [shlex.split(line) for line in lines if re.match(r"\s*\d", line)]
    assert [(entry[5], entry[6]) for entry in entries] == [("goodday", WHERE)] * 2
    assert not any("%" in word for entry in entries for word in entry)  # a new line, to cron
    assert f"\nExecStart={WHERE}\n" in text("goodday-night.service")
    made = ast.parse(text("goodday_night.py"))
    named = [one.value for one in ast.walk(made) if isinstance(one, ast.Constant)]
    assert WHERE in named
    at = {
        f"{entries[0][1]}:{entries[0][0]}",
        *re.findall(r" 0(\d:\d\d):00 ", text("goodday-night.timer")),
    }
    at |= {f"{hour}:{minute}" for one in named if re.fullmatch(r"\d+ \d .*", str(one))
           for minute, hour in [str(one).split()[:2]]}  # fmt: skip
    assert at == {"2:15"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
def test_systemd_has_nothing_to_say_about_the_units(tmp_path: Path) -> None:
    for name in ("goodday-night.service", "goodday-night.timer", "goodday-told.service"):
        there = text(name).replace(WHERE, str(EXAMPLES / "night.sh"))
        (tmp_path / name).write_text(there, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(map(str, tmp_path.glob("goodday-*")))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
