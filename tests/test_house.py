"""The house: what `make` offers, the locks, and what people read in trouble."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

TOP = Path(__file__).parents[1]
LOCKS = ["docs", "live", "test", "browser", "lock"]
NAME = re.compile(r"(?m)^([A-Za-z][\w.-]*)")


def run(*argv: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command at the top of the tree; `env`, if given, is all its environment."""
    return subprocess.run(
        [str(word) for word in argv],
        cwd=TOP,
        env=env or None,
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_alone_lists_every_target() -> None:
    makefile = (TOP / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"(?m)^\.PHONY: (.*)$", makefile)
    targets = re.findall(r"(?m)^([\w-]+):(?!=)", makefile)
    listed = re.findall(r"(?m)^make ([\w-]+) +\S", run("make").stdout)
    assert listed == targets == phony.split()


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_everything_with_hashes_and_names_no_host(name: str) -> None:
    lock = (TOP / "requirements" / f"{name}.txt").read_text("utf-8")
    wanted = set(NAME.findall((TOP / "requirements" / f"{name}.in").read_text("utf-8")))
    entries = lock.replace("\\\n", " ").splitlines()
    assert wanted <= {NAME.findall(entry)[0] for entry in entries}
    for entry in entries:
        assert re.match(r"\S+==\S+ .*--hash=sha256:", entry), entry
    assert "://" not in lock
    assert "index" not in lock


def test_the_locks_agree() -> None:
    files = [TOP / "requirements" / f"{name}.txt" for name in LOCKS]
    lines = "".join(file.read_text("utf-8") for file in files).splitlines()
    pins = {line.split()[0] for line in lines if "==" in line}
    assert len(pins) == len({pin.split("==")[0] for pin in pins})


def test_read_the_docs_builds_from_the_lock_and_fails_on_warnings() -> None:
    config = yaml.safe_load((TOP / ".readthedocs.yaml").read_text("utf-8"))
    assert config["python"]["install"] == [{"requirements": "requirements/docs.txt"}]
    assert config["sphinx"] == {"configuration": "conf.py", "fail_on_warning": True}


def test_the_workflow_runs_what_ci_runs() -> None:
    workflow = yaml.safe_load((TOP / ".github/workflows/test.yml").read_text("utf-8"))
    commands = [step.get("run", "") for step in workflow["jobs"]["test"]["steps"]]
    assert any(command.startswith("sudo .ci/run") for command in commands)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder for PATH: what a script needs, a user who isn't root, and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("cmp", "rm", "cp", "dirname"):
        script(folder, tool, f'PATH=/usr/bin:/bin exec {tool} "$@"')
    script(folder, "id", "echo 1000")
    return folder


def script(folder: Path, name: str, body: str) -> None:
    """Write an executable shell script."""
    (folder / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def make_venv(bare: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Ask for a virtual environment on a machine that has only what is in `bare`."""
    lock = TOP / "requirements/docs.txt"
    return run("requirements/venv", bare / "venv", lock, PATH=str(bare), **env)


def test_without_python_it_says_what_to_do(bare: Path) -> None:
    script(bare, "python3", "exit 1")  # there is one, but it is too old
    done = make_venv(bare)
    assert done.returncode == 1
    assert "No Python 3.11 or newer found" in done.stderr
    assert "PYTHON=/path/to/python" in done.stderr
    assert "looked for: /no/python" in make_venv(bare, PYTHON="/no/python").stderr


def test_without_ensurepip_it_names_the_package(bare: Path) -> None:
    script(
        bare,
        "python3",
        "case $2 in *ensurepip*) exit 1 ;; *venv*) echo python3.12-venv ;; esac",
    )
    done = make_venv(bare)
    assert done.returncode == 1
    assert "sudo apt-get install python3.12-venv" in done.stderr
    assert not (bare / "venv").exists()


def test_without_root_missing_packages_are_only_named(bare: Path) -> None:
    script(bare, "apt-get", "exit 1")
    script(bare, "dpkg-query", "case $3 in curl) exit 1 ;; *) echo installed ;; esac")
    done = run(TOP / "requirements/system", PATH=str(bare))
    assert done.returncode == 0
    assert "sudo apt-get install --no-install-recommends curl\n" in done.stdout


def test_elsewhere_than_on_debian_it_says_so_and_goes_on(bare: Path) -> None:
    done = run(TOP / "requirements/system", PATH=str(bare))
    assert done.returncode == 0
    assert "neither Debian nor Ubuntu" in done.stdout


def test_without_tex_it_names_the_packages(bare: Path) -> None:
    make = shutil.which("make")
    assert make
    done = run(make, "pdf", PATH=str(bare))
    assert done.returncode != 0
    assert (
        "sudo apt-get install --no-install-recommends latexmk texlive-" in done.stdout
    )
