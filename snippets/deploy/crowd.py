"""crowd: be a crowd of visitors while a command runs, and count who was lost.

    crowd.py http://127.0.0.1:5003/ -- deploy.sh hello-2.tar.gz
    crowd.py /run/hello/live.sock -- mv ...

Fifty visitors a second, each with a connection of its own, each when it is time: from
a second before the command until two seconds after it.

Exit status: 0 nobody was lost, 1 somebody was, 2 nobody was, but the command failed.
"""

import asyncio
import sys
import time
from collections import Counter
from urllib.parse import urlsplit

RATE = 50  # visitors a second
PATIENCE = 30  # seconds that one of them waits


async def ask(where):
    """Make one request to an address or a socket file; return status and text."""
    url = urlsplit(where)
    if url.scheme:
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
    else:
        reader, writer = await asyncio.open_unix_connection(where)
    try:
        writer.write(b"GET / HTTP/1.0\r\nHost: hello\r\n\r\n")
        head, _, text = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    status = head[9:12].decode() if text.endswith(b"\n") else ""  # all our answers do
    return status or "cut", text.decode().strip()


async def visit(where):
    """Ask; return the status, or how it was lost, and the text and the seconds."""
    asked = time.monotonic()
    try:
        fate, text = await asyncio.wait_for(ask(where), PATIENCE)
    except OSError as problem:  # a TimeoutError is one, too
        fate = text = type(problem).__name__
    return fate, text, time.monotonic() - asked


async def act(command):
    """Wait a second, run the command, wait two; return its exit status."""
    await asyncio.sleep(1)
    status = await (await asyncio.create_subprocess_exec(*command)).wait()
    await asyncio.sleep(2)
    return status


async def main():
    """Ask as long as the command takes, then count."""
    where, command = sys.argv[1], sys.argv[3:]
    deed, visits = asyncio.create_task(act(command)), []
    while not deed.done():
        visits.append(asyncio.create_task(visit(where)))
        await asyncio.sleep(1 / RATE)
    seen = await asyncio.gather(*visits)
    ways = Counter(fate for fate, _, _ in seen if fate != "200")
    how = f" ({', '.join(f'{n} {fate}' for fate, n in ways.most_common())})"
    slowest = max(took for _, _, took in seen)
    lost = ways.total()
    print(f"{lost} of {len(seen)} lost{how if lost else ''}, slowest {slowest:.2f} s")
    print(f'the first saw "{seen[0][1]}", the last "{seen[-1][1]}"')
    return 1 if lost else 2 if deed.result() else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
