"""load: be a crowd of visitors, run a command meanwhile, count who was lost.

    python3 load.py http://127.0.0.1:5003/ -- systemctl restart hello

A hundred visitors a second, for three seconds. Each has a connection of its own and
comes when it is time, whether or not those before were served. The command runs after
the first second.

Exit status: 0 nobody was lost, 1 somebody was, 2 the command failed.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from urllib.parse import urlsplit


async def ask(url):
    """Make one request; return "served", or how it was lost."""
    try:
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        try:
            writer.write(f"GET {url.path} HTTP/1.0\r\nHost: hello\r\n\r\n".encode())
            answer = await reader.read()
        finally:
            writer.close()
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return "reset"
    if not answer:
        return "cut"
    return "served" if b" 200 " in answer[:15] else "not 200"


async def visit(options, moment):
    """Ask at that moment; return what came of it, and the seconds since the moment."""
    await asyncio.sleep(moment - time.monotonic())
    try:
        fate = await asyncio.wait_for(ask(options.url), options.timeout)
    except TimeoutError:
        fate = "timed out"
    return fate, time.monotonic() - moment


async def run(command, moment):
    """Run the command at that moment; return its exit status."""
    await asyncio.sleep(moment - time.monotonic())
    if not command:
        return 0
    return await (await asyncio.create_subprocess_exec(*command)).wait()


async def main():
    """Read the command line, ask and run, count, and say it in one line."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("url", type=urlsplit)
    parser.add_argument("--rate", default=100, type=int, metavar="A_SECOND")
    parser.add_argument("--seconds", default=3, type=int)
    parser.add_argument("--timeout", default=10, type=float, metavar="SECONDS")
    # The first -- parts our words from the command's.
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options = parser.parse_args(sys.argv[1:end])
    count = options.rate * options.seconds
    start = time.monotonic() + 0.1
    visits = [visit(options, start + n / options.rate) for n in range(count)]
    status, *seen = await asyncio.gather(run(sys.argv[end + 1 :], start + 1), *visits)
    if status:
        print(f"load: the command failed: exit status {status}", file=sys.stderr)
        return 2
    slowest = max((took for fate, took in seen if fate == "served"), default=0)
    ways = Counter(fate for fate, _ in seen if fate != "served")
    how = f" ({', '.join(f'{n} {fate}' for fate, n in ways.most_common())})"
    lost = ways.total()
    print(f"{lost} of {count} lost{how if lost else ''}, slowest {slowest:.2f} s")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
