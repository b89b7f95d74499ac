"""Plays a page: does on a machine what a reader would do, and compares."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from sybil import Example

from tests.machines import Fleet, ImageError, Machine, MachineError, boot
from tests.machines.images import USER
from tests.machines.terminal import Closed, NeverEnded, Terminal

from . import expected
from .blocks import Console, File
from .transcript import Mistake, Step, join

LIMIT = 60.0  # seconds a command gets
REBOOTS = re.compile(r"(.*; )?(reboot|shutdown -r now|systemctl reboot( --force)*)")
OFF = re.compile(r"(.*; )?(poweroff|systemctl poweroff( --force)*)")
INTERRUPTED = 130  # 128 + SIGINT, bash(1) "EXIT STATUS"
PORT_TAKEN = ("Address already in use", "Connection in use")
#: A terminal: the name of its machine ("" where a page has but one), and its own.
Place = tuple[str, str]


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
    """One walk along one way of a page. It boots its machine when a block needs one.

    `names` are the page's machines if it has several; the first is its own.
    """

    def __init__(
        self, image: str, limit: float = LIMIT, names: tuple[str, ...] = ()
    ) -> None:
        self.image, self.limit, self.names = image, limit, names
        self.machines: dict[str, Machine] = {}
        self._fleet: Fleet | None = None
        self._off: set[str] = set()
        self._terminals: dict[tuple[Place, str], Terminal] = {}
        self._foreground: dict[Place, Foreground] = {}

    @property
    def machine(self) -> Machine | None:
        """The page's own machine, if it is booted."""
        return self.machines.get(self._own)

    @property
    def _own(self) -> str:
        return self.names[0] if self.names else ""

    def prepare(self, examples: list[Example]) -> None:
        """Look ahead over all console blocks: what stays in the foreground, what fails.

        Raises `Mistake` where the page makes no sense as a program.
        """
        blocks: dict[Place, list[list[Step]]] = {}
        for example in examples:
            if isinstance(example.parsed, Console | File):
                self._know(example.parsed)
            if isinstance(example.parsed, Console):
                console = example.parsed
                for host, steps in console.on.items():
                    place = (host or self._own, console.terminal)
                    blocks.setdefault(place, []).append(steps)
        for steps in blocks.values():
            join(steps)

    def _know(self, block: Console | File) -> None:
        """Raise `Mistake` for a block on a machine that the page does not have."""
        for host in block.hosts:
            if host not in self.names:
                known = ", ".join(self.names) or "it has one, without a name"
                raise Mistake(
                    block.line,
                    f"no machine {host!r} on this page: {known} "
                    "(a field at its top names them, such as :machines: server desk)",
                )

    def stop(self) -> None:
        """Hang up and stop the machines, if there are any."""
        for terminal in self._terminals.values():
            terminal.close()
        if self._fleet:
            self._fleet.stop()
        elif self.machine:
            self.machine.stop()
        self._fleet = None
        self.machines = {}
        self._terminals.clear()

    def put_file(self, example: Example) -> None:
        """Evaluate a file block."""
        file: File = example.parsed
        for host in file.hosts or (self._own,):
            try:
                self._booted(host, file.line).put(file.target, file.read())
            except MachineError as problem:
                raise PageFailure(file.line, str(problem)) from None

    def type_console(self, example: Example) -> None:
        """Evaluate a console block, step by step; the first difference ends it."""
        console: Console = example.parsed
        for host, steps in console.on.items():
            self._type((host or self._own, console.terminal), steps)

    def _type(self, place: Place, steps: list[Step]) -> None:
        for step in steps:
            try:
                self._step(place, step)
            except NeverEnded as problem:
                what = "never ended" if step.kind == "command" else "never came"
                if step.held:
                    what = "is still running, but what the page shows of it never came"
                raise PageFailure(
                    step.line,
                    self._head(place, step)
                    + f"\n{what} (limit {self.limit:g} s; a command that should stay "
                    "in the foreground needs a ^C later in its terminal)\n"
                    + expected.diff(self._shown(place, step), problem.shown),
                ) from None
            except Closed as problem:
                raise PageFailure(
                    step.line,
                    self._head(place, step)
                    + f"\nthe terminal went away; it had shown:\n{problem.shown}",
                ) from None

    def _step(self, place: Place, step: Step) -> None:
        if step.kind == "command":
            terminal = self._terminal(place, step)
            if place in self._foreground:
                self._settle(place)
            if REBOOTS.fullmatch(step.text) or OFF.fullmatch(step.text):
                self._end(place, terminal, step)
            elif step.held:
                terminal.type(step.text)
                self._foreground[place] = Foreground(step, list(step.shown))
                self._await(place, step)
            else:
                said, status = terminal.run(step.text, self.limit)
                self._judge(place, step, step.shown, said, status, [step.status])
        else:
            self._foreground[place].shown += step.shown
            self._foreground[place].status = step.status
            if step.kind == "output":
                self._await(place, step)
            else:
                self._interrupt(place, step)

    def _await(self, place: Place, step: Step) -> None:
        """Wait until a command in the foreground has printed what the page shows."""
        running = self._foreground[place]
        terminal = self._terminal(place, running.step)
        said = terminal.watch(lambda s: expected.has_come(running.shown, s), self.limit)
        if not expected.has_come(running.shown, said):
            said, status = terminal.finish(self.limit)
            self._judge(place, step, running.shown, said, status, [])

    def _settle(self, place: Place) -> None:
        """The page types on: so the command in the foreground must end by itself."""
        running = self._foreground.pop(place)
        try:
            said, status = self._terminal(place, running.step).finish(self.limit)
        except NeverEnded as problem:
            raise PageFailure(
                running.step.line,
                self._head(place, running.step)
                + "\nnever ended, and the page types on in its terminal; "
                f"it had shown:\n{problem.shown}",
            ) from None
        self._judge(place, running.step, running.shown, said, status, [running.status])

    def _interrupt(self, place: Place, step: Step) -> None:
        """Press Ctrl-C, once what was shown before it has come; compare the rest."""
        running = self._foreground.pop(place)
        terminal = self._terminal(place, running.step)
        before = running.shown[: len(running.shown) - len(step.shown)]
        terminal.watch(lambda said: expected.has_come(before, said), self.limit)
        allowed = [step.status] if step.status else [0, INTERRUPTED]
        if terminal.ended():
            allowed = []  # the page says that it still runs
        else:
            terminal.interrupt()
        said, status = terminal.finish(self.limit)
        self._judge(place, step, running.shown, said, status, allowed)

    def _end(self, place: Place, terminal: Terminal, step: Step) -> None:
        """Switch the machine off, or boot it again. Its terminals are gone after it.

        What the dying terminal still says is a race, and is not compared. After a
        reboot the next command logs in afresh.
        """
        host = place[0]
        machine = self.machines[host]
        with contextlib.suppress(Closed):  # or the prompt comes back for a moment
            terminal.run(step.text, self.limit)
        for key in [key for key in self._terminals if key[0][0] == host]:
            self._terminals.pop(key).close()
        for other in [other for other in self._foreground if other[0] == host]:
            del self._foreground[other]
        try:
            if OFF.fullmatch(step.text):
                machine.wait_gone()
                self._off.add(host)
            else:
                machine.wait_ready()
        except MachineError as problem:
            raise PageFailure(
                step.line, f"{self._head(place, step)}\n{problem}"
            ) from None

    def _judge(
        self,
        place: Place,
        step: Step,
        shown: list[str],
        said: str,
        status: int,
        allowed: list[int],
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
                step.line,
                "\n".join([self._head(place, step), *wrong]) + self._hints(place, said),
            )

    def _hints(self, place: Place, said: str) -> str:
        """Return what else the machine knows: who has the port, which units failed."""
        hints = ""
        machine = self.machines.get(place[0])
        if not machine:
            return hints
        if any(words in said for words in PORT_TAKEN):
            taken = machine.run("ss", "-ltnp").stdout.strip()
            hints += (
                f"\nThe port is in use on the machine; stop its owner first:\n{taken}"
            )
        return hints + machine.troubles()

    def _head(self, place: Place, step: Step) -> str:
        prompt = "#" if step.who == "root" else "$"
        what = "^C" if step.kind == "interrupt" else step.text or "(output)"
        where = " ".join([self.image, place[0]]).rstrip()
        return f"on {where}: {prompt} {what}"

    def _shown(self, place: Place, step: Step) -> list[str]:
        running = self._foreground.get(place)
        return running.shown if running else step.shown

    def _terminal(self, place: Place, step: Step) -> Terminal:
        """Return the shell at `place` for the user whose prompt `step` has."""
        key = (place, step.who)
        if key not in self._terminals:
            user = "root" if step.who == "root" else USER
            self._terminals[key] = Terminal(self._booted(place[0], step.line), user)
        return self._terminals[key]

    def _booted(self, host: str, line: int) -> Machine:
        if host in self._off:
            raise PageFailure(line, f"{host or 'the machine'} was switched off before")
        if not self.machines:
            try:
                if self.names:
                    self._fleet = Fleet(self.image, self.names)
                    self.machines = self._fleet.machines
                else:
                    self.machines = {"": boot(self.image)}
            except (MachineError, ImageError) as problem:
                raise PageFailure(line, str(problem)) from None
        return self.machines[host]


def snippets_of(examples: list[Example]) -> list[Path]:
    """Return the files that these blocks include, without repeats, in order."""
    files = [e.parsed.source for e in examples if isinstance(e.parsed, File)]
    return list(dict.fromkeys(files))
