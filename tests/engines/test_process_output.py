"""What a user's file prints and logs is in the log, under its name, and can do no harm."""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path

import pytest

from app.engines.process_describe import described
from app.engines.process_output import LINES_PER_S, FileOutput
from app.engines.process_task import Task
from tests.conftest import SMALL, StartExhibit
from tests.support.exhibit import wait_until

MODEL = '''
import logging, os, subprocess, sys
{prints}
from models.exhibits.bec import BEC

class Mine(BEC):
    """Stir it."""

    def step(self, n):
        if self.params["cooling"] > 0.1:
            raise ZeroDivisionError("one over nothing")
        super().step(n)
'''
PRINTS = {
    "no line end": 'print("loading", end=" ")',
    "dots": 'for i in range(5): print(".", end="", flush=True)',
    "progress bar": 'for i in range(3): sys.stdout.write(f"\\r{i} of 3")',
    "to the descriptor": 'os.write(1, b"READY tcp://127.0.0.1:1\\nMODELS {}\\nhalf a line")',
    "another process": 'subprocess.run([sys.executable, "-c", "print(\'MODELS {}\')"], check=True)',
    "bytes of no text": 'os.write(1, b"\\xff\\xfe\\n")',
    "closed": "sys.stdout.close()",
    "none": "sys.stdout = None",
    "a great deal": 'for i in range(20_000): print("line", i)',
}


def mine(folder: Path, prints: str) -> Task:
    """A file that prints so when it is imported."""
    file = folder / "mine.py"
    file.write_text(MODEL.replace("{prints}", prints), encoding="utf-8")
    return Task(file=str(file), fps=60.0, params={"Nx": 24, "Ny": 16})


@pytest.mark.parametrize("prints", PRINTS.values(), ids=PRINTS)
def test_whatever_a_file_prints_at_import_it_loads(prints: str, tmp_path: Path) -> None:
    assert list(described(mine(tmp_path, prints)).models) == ["Mine"]


def test_a_file_that_ends_the_process_is_refused_by_name(tmp_path: Path) -> None:
    task = mine(tmp_path, 'print("MODELS {}"); os._exit(0)')
    with pytest.raises(Exception, match=r"mine\.py: it ended the process"):
        described(task)


def test_prints_are_lines_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    text = b"one\r\n\n10 %\r20 %\rumlaut \xc3\xa4 \xff\nno end"
    FileOutput("/somewhere/mine.py").printed(io.BufferedReader(io.BytesIO(text)))  # type: ignore[arg-type]
    assert caplog.messages == [
        f"mine.py: {line}" for line in ("one", "10 %", "20 %", "umlaut ä \\xff", "no end")
    ]


def test_a_flood_of_prints_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    pipe = io.BufferedReader(io.BytesIO(b"again\n" * 50_000))  # type: ignore[arg-type]
    FileOutput("mine.py").printed(pipe)
    shown = caplog.messages.count("mine.py: again")
    assert LINES_PER_S <= shown < 5000
    left_out = [int(line.split()[1]) for line in caplog.messages if "left out" in line]
    assert shown + sum(left_out) == 50_000


@pytest.mark.parametrize(("level", "shown"), [("info", True), ("warning", False)])
def test_prints_and_records_reach_the_console_at_the_level_asked(
    level: str, shown: bool, tmp_path: Path, start: StartExhibit
) -> None:
    prints = 'print("hello"); logging.getLogger("mine").info("noted"); logging.warning("careful")'
    task = mine(tmp_path, prints)
    exhibit = start(*SMALL[:-2], "--log-level", level, "--model", task.file).ready()
    wait_until(lambda: "WARNING mine.py: careful" in exhibit.errors, "the file's warning is told")
    told = exhibit.errors
    assert ("INFO mine.py: hello" in told) == shown
    assert ("INFO mine.py: noted" in told) == shown


def test_the_operator_sees_file_and_line_of_a_fault(tmp_path: Path, start: StartExhibit) -> None:
    task = mine(tmp_path, "")
    exhibit = start(*SMALL, "--model", task.file).ready()
    visitor = exhibit.visitor(room="Mine")
    visitor.ask("set", params={"cooling": 0.5})
    fault = re.compile(r"ERROR mine\.py: .*mine\.py, line 11: ZeroDivisionError: one over")
    wait_until(lambda: fault.search(exhibit.errors) is not None, "file and line are told")
