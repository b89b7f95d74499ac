"""Images: minimal Debian roots that machines are booted from.

An image is made once by mmdebstrap(1), kept in the user's cache folder under a name
that holds a hash of its recipe, and never written to again: machines lay an overlay
on top of it.
"""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECIPES = HERE / "images.toml"
WHEELS = HERE / "wheels.txt"
NPM = HERE / "npm"  # a package.json and its lock
CONFORMANCE = "conformance.toml"  # beside a stand-in's tree: what it is held against
USER = "you"  # the ordinary user of every machine, uid 1000

#: Where pip and apt on a machine look, and the only place where they look.
PIP_CONF = """[global]
no-index = true
find-links = /usr/share/book/wheels
disable-pip-version-check = true
root-user-action = ignore
"""
SOURCES = "deb [trusted=yes] file:/usr/share/book/apt ./\n"


class ImageError(Exception):
    """An image can't be had; the message says what to do about it."""


@dataclass(frozen=True)
class Recipe:
    """What an image is made of; `name` is the image's, which others may be `like`."""

    name: str
    suite: str
    python: str
    installed: tuple[str, ...]
    offered: tuple[str, ...]
    laid_over: str = ""  # a folder beside this file whose tree is laid over the root
    limits: bool = False  # boots with controllers for memory, tasks, processor time
    boot: tuple[str, ...] = ()  # more options for systemd-nspawn(1)
    npm: str = ""  # with npm, which finds what was newest on this day

    @property
    def digest(self) -> str:
        """Twelve hex digits that change with anything the image is made from."""
        made_of = replace(self, limits=False, boot=())
        whole = hashlib.sha256(repr(made_of).encode())
        paths = [WHEELS, Path(__file__)]
        if self.npm:
            paths += sorted(NPM.iterdir())
        if self.laid_over:
            paths += sorted(
                p for p in (HERE / self.laid_over).rglob("*") if p.is_file()
            )
        for path in paths:
            whole.update(path.name.encode() + path.read_bytes())
        return whole.hexdigest()[:12]


def recipes() -> dict[str, Recipe]:
    """Return every known image's recipe by name, from ``images.toml``."""
    table = tomllib.loads(RECIPES.read_text(encoding="utf-8"))
    return {
        name: _recipe(name, {**table.get(row.get("like", ""), {}), **row})
        for name, row in table.items()
    }


def _recipe(name: str, row: dict[str, Any]) -> Recipe:
    return Recipe(
        row.get("like", name),
        row["suite"],
        row["python"],
        tuple(row["installed"]),
        tuple(row["offered"]),
        row.get("laid_over", ""),
        row.get("limits", False),
        tuple(row.get("boot", ())),
        row.get("npm", ""),
    )


def cache() -> Path:
    """Return the folder that keeps images (XDG Base Directory: cache)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "keeping-alive"


def root_of(name: str) -> Path:
    """Return the root folder of image `name`, making the image if it is missing.

    Raises `ImageError` when it can't be made and no earlier one is at hand.
    """
    recipe = recipes()[name]
    root = cache() / "images" / f"{recipe.name}-{recipe.digest}"
    with _only_one_at_a_time(recipe.name):
        if not root.exists():
            try:
                _make(recipe, root)
            except (subprocess.CalledProcessError, OSError) as problem:
                return _older(recipe, problem)
    return root


def _older(recipe: Recipe, problem: Exception) -> Path:
    """Return the newest earlier image of that name, and say so."""
    log = cache() / "images" / f"{recipe.name}.log"
    have = [p for p in log.parent.glob(f"{recipe.name}-*") if p.suffix != ".partial"]
    if not have:
        raise ImageError(
            f"{recipe.name}: the image can't be made: {problem}. "
            f"Is a Debian mirror reachable (apt-get update)? The whole story: {log}"
        ) from problem
    newest = max(have, key=lambda p: p.stat().st_mtime)
    _say(
        f"{recipe.name}: the recipe has changed, but no new image can be made "
        f"({problem}); the cached {newest.name} is used. The whole story: {log}"
    )
    return newest


def _make(recipe: Recipe, root: Path) -> None:
    started = time.monotonic()
    partial = root.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    log_path = root.parent / f"{recipe.name}.log"
    _say(f"{recipe.name}: making the image (once, a minute or two) ...")
    with log_path.open("w", encoding="utf-8") as log:

        def run(*argv: str, **options: object) -> None:
            log.write("$ " + " ".join(argv) + "\n")
            log.flush()
            subprocess.run(argv, check=True, stdout=log, stderr=log, **options)

        hooks = [f"--customize-hook={_download(package)}" for package in recipe.offered]
        run(
            "mmdebstrap",
            "--variant=minbase",
            "--include=" + ",".join(recipe.installed),
            '--dpkgopt=path-exclude="/usr/share/doc/*"',
            '--dpkgopt=path-exclude="/usr/share/man/*"',
            '--dpkgopt=path-exclude="/usr/share/locale/*"',
            *hooks,
            '--customize-hook=mkdir -p "$1/usr/share/book/apt"',
            '--customize-hook=find "$1/var/cache/apt/archives" -name "*.deb"'
            ' -exec mv -t "$1/usr/share/book/apt" {} +',
            recipe.suite,
            str(partial),
        )
        _say(
            f"{recipe.name}: Debian packages there after {_since(started)}; wheels ..."
        )
        _index(partial / "usr/share/book/apt", run)
        _fill_wheelhouse(recipe, partial / "usr/share/book/wheels", run)
        if recipe.npm:
            _give_npm(recipe, partial, run)
        _settle(recipe, partial, run)
    partial.rename(root)
    _say(f"{recipe.name}: ready after {_since(started)}: {root}")


def _download(package: str) -> str:
    """A mmdebstrap hook that fetches `package` and what it needs, and installs nothing.

    Source: mmdebstrap(1), "HOOKS": APT_CONFIG lets the host's apt act on the new root.
    """
    return (
        "APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get --yes --download-only "
        f"--no-install-recommends install {package}"
    )


def _index(folder: Path, run: Callable[..., None]) -> None:
    """Write the ``Packages`` file of a flat apt repository (sources.list(5))."""
    entries = []
    for deb in sorted(folder.glob("*.deb")):
        control = subprocess.run(
            ["dpkg-deb", "--field", deb], check=True, capture_output=True, text=True
        ).stdout
        data = deb.read_bytes()
        entries.append(
            f"{control.strip()}\nFilename: ./{deb.name}\nSize: {len(data)}\n"
            f"SHA256: {hashlib.sha256(data).hexdigest()}\n"
        )
    text = "\n".join(entries)
    (folder / "Packages").write_text(text, encoding="utf-8")
    (folder / "Packages.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def _fill_wheelhouse(recipe: Recipe, folder: Path, run: Callable[..., None]) -> None:
    folder.mkdir(parents=True)
    machine = platform.machine()
    run(
        sys.executable,
        *(
            "-m",
            "pip",
            "download",
            "--quiet",
            "--require-hashes",
            "--only-binary=:all:",
        ),
        *("--requirement", str(WHEELS), "--dest", str(folder)),
        *("--python-version", recipe.python, "--implementation", "cp"),
        *(
            f"--platform=manylinux_2_28_{machine}",
            f"--platform=manylinux_2_17_{machine}",
        ),
        *(f"--platform=manylinux2014_{machine}", f"--platform=manylinux_2_5_{machine}"),
    )


def _give_npm(recipe: Recipe, root: Path, run: Callable[..., None]) -> None:
    """Give the image npm, and a cache in which npm finds all of the lock file.

    The lock names no registry: the host's npm knows which one. `npm ci` holds the
    archives against the lock's hashes; the dry run adds what npm asks of a bare name.
    """
    cache = root / "usr/share/book/npm"
    names = json.loads((NPM / "package.json").read_text(encoding="utf-8"))
    quiet = (f"--cache={cache}", f"--before={recipe.npm}", "--no-audit", "--no-fund")
    with tempfile.TemporaryDirectory() as scratch:
        for path in NPM.iterdir():
            shutil.copy(path, scratch)
        run("npm", "ci", "--ignore-scripts", *quiet, cwd=scratch)
        modules = root / "usr/lib/node_modules"
        shutil.copytree(f"{scratch}/node_modules/npm", modules / "npm", symlinks=True)
    with tempfile.TemporaryDirectory() as scratch:
        run("npm", "install", "--dry-run", *quiet, *names["dependencies"], cwd=scratch)
    for name in ("npm", "npx"):
        (root / "usr/bin" / name).symlink_to(
            f"../lib/node_modules/npm/bin/{name}-cli.js"
        )
    registry = subprocess.run(
        ["npm", "config", "get", "registry"], check=True, capture_output=True, text=True
    ).stdout
    (root / "usr/etc").mkdir(exist_ok=True)
    (root / "usr/etc/npmrc").write_text(
        f"offline=true\ncache=/usr/share/book/npm\nbefore={recipe.npm}\n"
        f"registry={registry}update-notifier=false\naudit=false\nfund=false\n"
    )


def _settle(recipe: Recipe, root: Path, run: Callable[..., None]) -> None:
    """The rest that makes a bare root a reader's server."""
    run("chroot", str(root), "useradd", "-m", "-u", "1000", "-s", "/bin/bash", USER)
    (root / "etc/pip.conf").write_text(PIP_CONF)
    # PEP 668's marker only guards Debian's own Python; pages use virtual environments.
    for old in (root / "etc/apt/sources.list.d").glob("*"):
        old.unlink()
    (root / "etc/apt/sources.list").write_text(SOURCES)
    (root / "etc/apt/apt.conf.d/90book").write_text('Acquire::Languages "none";\n')
    (root / "etc/hostname").write_text("server\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost server\n::1 localhost\n")
    (root / "etc/machine-id").write_text("")  # "": made at boot, and no "first boot"
    run("chroot", str(root), "apt-get", "update")
    # Journal lines must outlive a reboot on the page: journald.conf(5), Storage=auto.
    (root / "var/log/journal").mkdir(parents=True, exist_ok=True)
    if recipe.laid_over:
        tree = HERE / recipe.laid_over
        shutil.copytree(tree, root, dirs_exist_ok=True, symlinks=True)
        if (conformance := tree.with_name(CONFORMANCE)).exists():
            table = tomllib.loads(conformance.read_text(encoding="utf-8"))
            words = f"stand-in {len(table['row'])} rows of conformance\n"
            (root / "usr/share/book/versions").write_text(words)


@contextlib.contextmanager
def _only_one_at_a_time(name: str) -> Iterator[None]:
    """Hold a lock: two runs side by side make an image once, and the second waits."""
    folder = cache() / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _since(started: float) -> str:
    return f"{time.monotonic() - started:.0f} s"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
