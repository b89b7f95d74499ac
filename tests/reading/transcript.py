"""A console block, taken apart: what is typed, what is pressed, what is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

PROMPTS = {"# ": "root", "$ ": "user"}
CTRL_C = "^C"

Kind = Literal["command", "interrupt", "output"]


class Mistake(Exception):
    """The page itself is wrong; the message says what and how to mend it."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line  # in the file that was read, counted from 1


@dataclass
class Step:
    """One thing a reader does in a terminal, and the lines shown after it.

    A "command" is typed, an "interrupt" is Ctrl-C, an "output" is more of what the
    command in the foreground prints.
    """

    kind: Kind
    line: int
    who: Literal["root", "user", ""] = ""
    text: str = ""
    shown: list[str] = field(default_factory=list)
    held: bool = False  # stays in the foreground: Ctrl-C or more output follows
    status: int = 0  # that the page promises, by `echo $?`


def parse(source: str, first_line: int) -> list[Step]:
    """Return the steps of the console block `source`, which begins at `first_line`.

    Raises `Mistake` for a block without any prompt or Ctrl-C.
    """
    steps: list[Step] = []
    lines = iter(enumerate(source.rstrip("\n").split("\n"), first_line))
    for number, line in lines:
        line = line.rstrip()
        if line[:2] in PROMPTS:
            text = line[2:]
            while text.endswith("\\"):
                _, more = next(lines, (0, ""))
                text += "\n" + more
            steps.append(Step("command", number, PROMPTS[line[:2]], text))
        elif line == CTRL_C:
            steps.append(Step("interrupt", number))
        else:
            if not steps:
                steps.append(Step("output", number))
            steps[-1].shown.append(line)
    if [s.kind for s in steps] == ["output"]:
        raise Mistake(
            first_line,
            "a console block without a prompt: start a command with '$ ' or '# ', "
            "or end the output of a running one with ^C",
        )
    return steps


def join(blocks: list[list[Step]]) -> None:
    """Settle what only the next step tells, in one terminal's blocks in page order.

    Marks commands that stay in the foreground, and the exit status that a following
    ``echo $?`` promises. Raises `Mistake` for output or Ctrl-C without a command.
    """
    steps = [step for block in blocks for step in block]
    running: Step | None = None
    before: Step | None = None
    for step in steps:
        if step.kind == "command":
            if step.text == "echo $?" and before:
                before.status = _promise(step)
            running = step
        elif running is None:
            what = "^C" if step.kind == "interrupt" else "output"
            raise Mistake(step.line, f"{what}, but nothing runs in this terminal")
        else:
            running.held = True
            step.who = running.who
            if step.kind == "interrupt":
                running = None
        before = step


def _promise(echo: Step) -> int:
    if len(echo.shown) == 1 and echo.shown[0].isdigit():
        return int(echo.shown[0])
    raise Mistake(echo.line, "`echo $?` must show the number that the reader will see")
