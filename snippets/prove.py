"""prove: kill a web service, and prove that it comes back.

    python3 prove.py http://127.0.0.1:5003/pid
    python3 prove.py http://127.0.0.1:5003/pid --pid 1234 --signal TERM
    python3 prove.py http://127.0.0.1:5003/pid -- systemctl kill --signal=KILL hello

It kills the process that answers, or the one that you name, or runs your command.

The address must answer with JSON that says who answers, {"pid": 12, "started": 99.5}:
its process id, and when that process started, in seconds since 1970.
A process that started before the kill may answer for a while after it: gunicorn's
workers outlive their master. They are orphans, and don't count.

Exit status: 0 it came back, 1 it did not, 2 there was nothing to prove.
"""

import argparse
import http.client
import json
import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.request

NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NothingToProve(Exception):
    """The service does not answer, or nothing could be killed."""


def ask(url, timeout):
    """Ask over a new connection: (pid, started), or an OSError, or a ValueError."""
    try:
        with NO_PROXY.open(url, timeout=timeout) as answer:
            words = json.load(answer)
        return int(words["pid"]), float(words["started"])
    except http.client.HTTPException as problem:  # it died in the middle of a word
        raise OSError(f"broken answer: {problem!r}") from None
    except (KeyError, TypeError):
        raise ValueError("the answer has no pid and started") from None


def signal_named(name):
    """Return the signal of that name, with or without its SIG."""
    try:
        return signal.Signals["SIG" + name.upper().replace("SIG", "", 1)]
    except KeyError:
        raise argparse.ArgumentTypeError(f"no such signal: {name}") from None


def first_answer(options):
    """Return the pid that answers before anything is killed."""
    try:
        return ask(options.url, options.timeout)[0]
    except OSError as problem:
        raise NothingToProve(f"{options.url} does not answer: {problem}") from None
    except ValueError as problem:
        raise NothingToProve(
            f"{options.url} does not say who answers: {problem}"
        ) from None


def kill(options, victim):
    """Begin the deed; return the moment before it, and the command if there is one."""
    moment = time.time()
    try:
        if not options.command:
            os.kill(victim, options.signal)
            return moment, None
        # What the command has to say is no part of the JSON.
        out = sys.stderr if options.json else None
        return moment, subprocess.Popen(options.command, stdout=out)
    except OSError as problem:
        raise NothingToProve(f"the kill failed: {problem}") from None


def is_done(deed):
    """Return whether the command has ended well; a restart may take its time."""
    status = deed.poll() if deed else 0
    if status:
        raise NothingToProve(f"the kill failed: exit status {status}")
    return status == 0


def watch(options, killed, deed):
    """Poll until processes born after the deed answer, and go on answering.

    One answer proves nothing: gunicorn's master may have started a worker just before
    it died, and that orphan answers once or twice before it notices.
    """
    seen = {"polls": 0, "failed": 0, "orphans": 0, "pid": None, "away": None}
    first_failure = back = None
    while time.time() < killed + options.within:
        seen["polls"] += 1
        done, asked = is_done(deed), time.time()
        try:
            pid, started = ask(options.url, options.timeout)
        except (OSError, ValueError):
            seen["failed"] += 1
            first_failure = first_failure or asked
            back = None
        else:
            if started < killed:
                seen["orphans"] += done  # before it is done they are no orphans
            elif back is None:
                back = time.time()
                newcomer = pid
        if done and back and time.time() > back + options.settle:
            seen["pid"] = newcomer
            seen["away"] = back - first_failure if first_failure else 0.0
            seen["after"] = back - killed
            return seen
        time.sleep(options.every / 1000)
    return seen


def report(options, before, seen):
    """Print what happened, for people."""
    count = f"{seen['failed']} of {seen['polls']} requests failed"
    if seen["orphans"]:
        count += f"; {seen['orphans']} answered by processes from before"
    if seen["pid"] is None:
        print(f"away:   still, after {options.within:g} s ({count})")
        if seen["failed"] == 0:
            print(
                f"after:  only old processes answer, like {before}: nothing came back"
            )
        else:
            print("after:  no new process answers: it did NOT come back")
    else:
        print(f"away:   {seen['away']:.2f} s ({count})")
        print(
            f"after:  pid {seen['pid']} answers, {seen['after']:.2f} s after the kill"
        )


def main():
    """Read the command line, kill, watch, report."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("url")
    parser.add_argument("--pid", type=int)
    parser.add_argument("--signal", default="KILL", type=signal_named)
    parser.add_argument("--within", default=30, type=float, metavar="SECONDS")
    parser.add_argument("--settle", default=1, type=float, metavar="SECONDS")
    parser.add_argument("--every", default=5, type=float, metavar="MILLISECONDS")
    parser.add_argument("--timeout", default=1, type=float, metavar="SECONDS")
    parser.add_argument("--json", action="store_true")
    # The first -- parts our words from the command's, which may have a -- as well.
    cut = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options = parser.parse_args(sys.argv[1:cut])
    options.command = sys.argv[cut + 1 :]
    if options.pid is not None and options.command:
        parser.error("give either --pid or, after --, the command that kills")
    if options.pid is not None and options.pid < 2:
        parser.error("--pid must be 2 or more: 0 and -1 would mean many processes")
    try:
        before = first_answer(options)
        victim = options.pid or before
        if not options.json:
            signal_word = f"-{options.signal.name}"
            deed = options.command or ["kill", signal_word, str(victim)]
            print(f"before: pid {before} answers")
            print(f"kill:   {shlex.join(deed)}", flush=True)
        seen = watch(options, *kill(options, victim))
    except NothingToProve as problem:
        print(f"prove: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    if options.json:
        print(json.dumps({"before": before, "back": seen["pid"] is not None, **seen}))
    else:
        report(options, before, seen)
    return 0 if seen["pid"] else 1


if __name__ == "__main__":
    sys.exit(main())
