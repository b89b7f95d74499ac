"""crowd: visit over TLS, fifty times a second, while a command runs; count who is lost.

    python3 crowd.py root.crt hello.internal 5003 -- systemctl restart hello

Each visit is a connection of its own, and looks at the certificate, too.
"""

import asyncio
import ssl
import sys


async def visit(name, port, context):
    """Make one request; return the certificate's serial number, or None if lost."""
    try:
        async with asyncio.timeout(300):
            reader, writer = await asyncio.open_connection(name, port, ssl=context)
            writer.write(f"GET / HTTP/1.0\r\nHost: {name}\r\n\r\n".encode())
            answer = await reader.read()
            serial = writer.get_extra_info("peercert")["serialNumber"]
            writer.close()
    except OSError:  # TimeoutError and the errors of TLS are OSErrors
        return None
    return serial if b" 200 " in answer[:15] else None


async def main():
    """Visit before, during and after the command, and say what was seen."""
    root, name, port = sys.argv[1:4]
    context = ssl.create_default_context(cafile=root)
    visits, last, command = [], None, None
    while last is None or len(visits) < last:
        visits.append(asyncio.create_task(visit(name, port, context)))
        if len(visits) == 50:
            command = await asyncio.create_subprocess_exec(*sys.argv[5:])
        if last is None and command and command.returncode is not None:
            last = len(visits) + 50
        await asyncio.sleep(0.02)
    seen = await asyncio.gather(*visits)
    certificates = len(set(seen) - {None})
    print(f"{seen.count(None)} of {len(seen)} lost, {certificates} certificates seen")
    return command.returncode or int(None in seen)


sys.exit(asyncio.run(main()))
