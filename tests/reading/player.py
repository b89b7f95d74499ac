"""Plays a page: does on a machine what a reader would do, and compares."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from sybil import Example

from tests.machines import ImageError, Machine, MachineError, boot
from tests.machines.images import USER
from tests.machines.terminal import Closed, NeverEnded, Terminal

from . import expected
from .blocks import Console, File
from .transcript import Step, join

LIMIT = 60.0  # seconds a command gets
REBOOTS = {"reboot", "systemctl reboot", "shutdown -r now"}
INTERRUPTED = 130  # 128 + SIGINT, bash(1) "EXIT STATUS"
PORT_TAKEN = ("Address already in use", "Connection in use")


class PageFailure(Exception):
    """The machine does not do what the page says; `line` is where."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class Foreground:
    """A command that still runs in a terminal, and all that the page shows of it."""

    step: Step
    shown: list[str] = field(default_factory=list)
    status: int = 0


class Player:
    """One walk along one way of a page. It boots its machine when a block needs one."""

    def __init__(self, image: str, limit: float = LIMIT) -> None:
        self.image, self.limit = image, limit
        self.machine: Machine | None = None
        self._terminals: dict[tuple[str, str], Terminal] = {}
        self._foreground: dict[str, Foreground] = {}

    def prepare(self, examples: list[Example]) -> None:
        """Look ahead over all console blocks: what stays in the foreground, what fails.

        Raises `Mistake` where the page makes no sense as a program.
        """
        blocks: dict[str, list[list[Step]]] = {}
        for example in examples:
            if isinstance(example.parsed, Console):
                console = example.parsed
                blocks.setdefault(console.terminal, []).append(console.steps)
        for steps in blocks.values():
            join(steps)

    def stop(self) -> None:
        """Hang up and stop the machine, if there is one."""
        for terminal in self._terminals.values():
            terminal.close()
        if self.machine:
            self.machine.stop()
        self.machine = None
        self._terminals.clear()

    def put_file(self, example: Example) -> None:
        """Evaluate a file block."""
        file: File = example.parsed
        try:
            self._booted(file.line).put(file.target, file.read())
        except MachineError as problem:
            raise PageFailure(file.line, str(problem)) from None

    def type_console(self, example: Example) -> None:
        """Evaluate a console block, step by step; the first difference ends it."""
        console: Console = example.parsed
        for step in console.steps:
            try:
                self._step(console.terminal, step)
            except NeverEnded as problem:
                what = "never ended" if step.kind == "command" else "never came"
                if step.held:
                    what = "is still running, but what the page shows of it never came"
                raise PageFailure(
                    step.line,
                    self._head(step)
                    + f"\n{what} (limit {self.limit:g} s; a command that should stay "
                    "in the foreground needs a ^C later in its terminal)\n"
                    + expected.diff(self._shown(console.terminal, step), problem.shown),
                ) from None
            except Closed as problem:
                raise PageFailure(
                    step.line,
                    f"{self._head(step)}\nthe terminal went away; it had shown:\n"
                    + problem.shown,
                ) from None

    def _step(self, name: str, step: Step) -> None:
        if step.kind == "command":
            terminal = self._terminal(name, step)
            if name in self._foreground:
                self._settle(name)
            if step.text in REBOOTS:
                self._reboot(terminal, step)
            elif step.held:
                terminal.type(step.text)
                self._foreground[name] = Foreground(step, list(step.shown))
                self._await(name, step)
            else:
                said, status = terminal.run(step.text, self.limit)
                self._judge(step, step.shown, said, status, [step.status])
        else:
            self._foreground[name].shown += step.shown
            self._foreground[name].status = step.status
            if step.kind == "output":
                self._await(name, step)
            else:
                self._interrupt(name, step)

    def _await(self, name: str, step: Step) -> None:
        """Wait until a command in the foreground has printed what the page shows."""
        running = self._foreground[name]
        terminal = self._terminal(name, running.step)
        said = terminal.watch(lambda s: expected.has_come(running.shown, s), self.limit)
        if not expected.has_come(running.shown, said):
            said, status = terminal.finish(self.limit)
            self._judge(step, running.shown, said, status, [])

    def _settle(self, name: str) -> None:
        """The page types on: so the command in the foreground must end by itself."""
        running = self._foreground.pop(name)
        try:
            said, status = self._terminal(name, running.step).finish(self.limit)
        except NeverEnded as problem:
            raise PageFailure(
                running.step.line,
                f"{self._head(running.step)}\nnever ended, and the page types on in "
                f"its terminal; it had shown:\n{problem.shown}",
            ) from None
        self._judge(running.step, running.shown, said, status, [running.status])

    def _interrupt(self, name: str, step: Step) -> None:
        """Press Ctrl-C, once what was shown before it has come; compare the rest."""
        running = self._foreground.pop(name)
        terminal = self._terminal(name, running.step)
        before = running.shown[: len(running.shown) - len(step.shown)]
        terminal.watch(lambda said: expected.has_come(before, said), self.limit)
        allowed = [step.status] if step.status else [0, INTERRUPTED]
        if terminal.ended():
            allowed = []  # the page says that it still runs
        else:
            terminal.interrupt()
        said, status = terminal.finish(self.limit)
        self._judge(step, running.shown, said, status, allowed)

    def _reboot(self, terminal: Terminal, step: Step) -> None:
        """Reboot. Every terminal is gone after it; the next command logs in afresh.

        What the dying terminal still says is a race, and is not compared.
        """
        with contextlib.suppress(Closed):  # or the prompt comes back for a moment
            terminal.run(step.text, self.limit)
        for other in self._terminals.values():
            other.close()
        self._terminals.clear()
        self._foreground.clear()
        assert self.machine
        try:
            self.machine.wait_ready()
        except MachineError as problem:
            raise PageFailure(step.line, f"{self._head(step)}\n{problem}") from None

    def _judge(
        self, step: Step, shown: list[str], said: str, status: int, allowed: list[int]
    ) -> None:
        """Raise `PageFailure` unless output and status are what the page says."""
        wrong = []
        if not allowed:
            wrong.append(f"it ended, with exit status {status}, where the page goes on")
        elif status not in allowed:
            wrong.append(
                f"exit status {status}, the page says {allowed[0]}"
                + ("" if allowed[0] else " (show it by `echo $?` if that is right)")
            )
        if not expected.matches(shown, said):
            wrong.append("the output differs:\n" + expected.diff(shown, said))
        elif wrong:
            wrong.append("it said:\n" + said.strip("\n"))
        if wrong:
            raise PageFailure(
                step.line, "\n".join([self._head(step), *wrong]) + self._hints(said)
            )

    def _hints(self, said: str) -> str:
        """Return what else the machine knows: who has the port, which units failed."""
        hints = ""
        if not self.machine:
            return hints
        if any(words in said for words in PORT_TAKEN):
            taken = self.machine.run("ss", "-ltnp").stdout.strip()
            hints += (
                f"\nThe port is in use on the machine; stop its owner first:\n{taken}"
            )
        return hints + self.machine.troubles()

    def _head(self, step: Step) -> str:
        prompt = "#" if step.who == "root" else "$"
        what = "^C" if step.kind == "interrupt" else step.text or "(output)"
        return f"on {self.image}: {prompt} {what}"

    def _shown(self, name: str, step: Step) -> list[str]:
        running = self._foreground.get(name)
        return running.shown if running else step.shown

    def _terminal(self, name: str, step: Step) -> Terminal:
        """Return the shell of terminal `name` for the user whose prompt `step` has."""
        key = (name, step.who)
        if key not in self._terminals:
            user = "root" if step.who == "root" else USER
            self._terminals[key] = Terminal(self._booted(step.line), user)
        return self._terminals[key]

    def _booted(self, line: int) -> Machine:
        if not self.machine:
            try:
                self.machine = boot(self.image)
            except (MachineError, ImageError) as problem:
                raise PageFailure(line, str(problem)) from None
        return self.machine


def snippets_of(examples: list[Example]) -> list[Path]:
    """Return the files that these blocks include, without repeats, in order."""
    files = [e.parsed.source for e in examples if isinstance(e.parsed, File)]
    return list(dict.fromkeys(files))
