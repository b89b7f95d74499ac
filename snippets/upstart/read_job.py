"""read_job: is this Upstart job well-formed?  python3 read_job.py FILE ...

It holds each line against the stanzas of init(5), as Ubuntu 14.04 had it. It starts
nothing, and it can't know whether a program or an event exists.

Exit status: 0 every file is well-formed, 1 one is not.
"""

import difflib
import re
import shlex
import sys

ANY, WORD, NUMBER = r".+", r"\S+", r"-?\d+"
RLIMITS = "core|cpu|data|fsize|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|sigpending"
STANZAS = {
    **dict.fromkeys(["description", "author", "version", "usage", "emits"], ANY),
    **dict.fromkeys(["start on", "stop on", "normal exit", "instance"], ANY),
    **dict.fromkeys(["respawn", "task", "manual"], ""),
    **dict.fromkeys(["setuid", "setgid", "kill signal", "reload signal"], WORD),
    **dict.fromkeys(["chdir", "chroot", "apparmor load"], r"/\S*"),
    "apparmor switch": WORD,
    "respawn limit": r"\d+ \d+|unlimited",  # the word is only in Upstart's source
    "kill timeout": r"\d+",
    "expect": "fork|daemon|stop",
    "console": "none|log|output|owner",
    "env": r"\w+(=.*)?",
    "export": r"\w+( \w+)*",
    "umask": "[0-7]{1,4}",
    "nice": NUMBER,
    "oom score": f"{NUMBER}|never",
    "limit": rf"({RLIMITS}|stack)( \d+| unlimited){{2}}",
}
for process in ("", "pre-start ", "post-start ", "pre-stop ", "post-stop "):
    STANZAS |= {f"{process}exec": ANY, f"{process}script": ""}


def faults(text):
    """Yield number and fault of each bad line; what stands in a script is skipped."""
    script = 0  # the line that began it
    lines = enumerate(text.splitlines(), 1)
    for number, line in lines:
        while line.endswith("\\"):
            line = line[:-1] + next(lines, (0, ""))[1]
        if script:
            script = 0 if line.split() == ["end", "script"] else script
            continue
        try:
            words = shlex.split(line, comments=True)
        except ValueError as problem:
            yield number, str(problem)
            continue
        if not words:
            continue
        cut = 2 if " ".join(words[:2]) in STANZAS else 1
        name, rest = " ".join(words[:cut]), " ".join(words[cut:])
        if name not in STANZAS:
            near = difflib.get_close_matches(name, STANZAS) or ["nothing like it"]
            yield number, f"{name}: not in init(5), which has {near[0]}"
        elif not re.fullmatch(STANZAS[name], rest):
            yield number, f"{name}: init(5) does not have it with {rest or 'nothing'}"
        elif name.endswith("script"):
            script = number
    if script:
        yield script, "script: it has no `end script`"


def main(paths):
    """Print what is wrong with each file, or that nothing is."""
    status = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            found = list(faults(file.read()))
        for number, fault in found:
            print(f"{path}:{number}: {fault}")
        if not found:
            print(f"{path}: well-formed")
        status |= bool(found)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
