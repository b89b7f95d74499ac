"""Several machines in one private network: a switch, and a cable to each.

The switch is a bridge in a network namespace of its own, so that any of the machines
may go without taking the others' network along. The host's own network never sees it.
"""

from __future__ import annotations

import contextlib
import subprocess
from functools import partial
from itertools import count

from .machine import Machine, MachineError, finish

NETWORK = "10.77.0"  # of private use, RFC 1918
SWITCH = "ip link add lan type bridge && ip link set lan up && echo up && exec cat"


class Fleet:
    """Machines of one image, by name; the first has the address that ends in .1.

    Each finds all by name in its ``/etc/hosts``, and has one cable, ``eth0``.
    Raises `MachineError` and `images.ImageError`, and then leaves none behind.
    """

    def __init__(self, image: str, names: tuple[str, ...]) -> None:
        self.addresses = {
            name: f"{NETWORK}.{number}" for number, name in enumerate(names, 1)
        }
        self.machines: dict[str, Machine] = {}
        self._ports = count()  # an old port may outlive its machine for a moment
        # It ends when its input closes, so also when the suite is killed with -9.
        self._switch = subprocess.Popen(
            ["unshare", "--net", "--", "sh", "-c", SWITCH],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C at the suite is not for it
        )
        try:
            assert self._switch.stdout
            if self._switch.stdout.readline() != b"up\n":
                raise MachineError(
                    "no switch for several machines: `unshare --net ip link add lan "
                    "type bridge` fails here. Is iproute2 installed, has the kernel "
                    "bridges, and may we make a network namespace?"
                )
            for name in names:
                self.machines[name] = Machine(
                    image,
                    extra=(f"--hostname={name}",),
                    cable=partial(self._plug_in, name),
                )
                self._name(name)
        except BaseException:
            self.stop()
            raise

    def _name(self, name: str) -> None:
        """Write what a reader's machine knows of itself and of the others."""
        machine = self.machines[name]
        known = [f"{address} {other}\n" for other, address in self.addresses.items()]
        hosts = "127.0.0.1 localhost\n::1 localhost\n" + "".join(known)
        machine.put("/etc/hosts", hosts.encode())
        machine.put("/etc/hostname", f"{name}\n".encode())
        done = machine.run("hostname", name)  # its systemd has set the image's at boot
        if done.returncode:
            raise MachineError(f"hostname {name}: {done.stdout.strip()}")

    def _plug_in(self, name: str, leader: int) -> None:
        """Give a machine that boots, for the first time or again, a cable."""
        port, address = f"port{next(self._ports)}", f"{self.addresses[name]}/24"
        pair = ("type", "veth", "peer", "name", "eth0", "netns", str(leader))
        _ip(self._switch.pid, "link", "add", port, *pair)
        _ip(self._switch.pid, "link", "set", port, "master", "lan", "up")
        _ip(leader, "addr", "add", address, "dev", "eth0")
        _ip(leader, "link", "set", "eth0", "up")

    def stop(self) -> None:
        """Stop every machine, then the switch, also if one of them raises."""
        with contextlib.ExitStack() as ending:
            ending.callback(self._switch_off)
            for machine in self.machines.values():
                ending.callback(machine.stop)
        self.machines.clear()

    def _switch_off(self) -> None:
        assert self._switch.stdin and self._switch.stdout
        self._switch.stdin.close()
        self._switch.wait()
        self._switch.stdout.close()

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _ip(pid: int, *words: str) -> None:
    """Run ip(8) in the network of process `pid`. Raises `MachineError`."""
    done = finish(["nsenter", f"--target={pid}", "--net", "ip", *words], b"", 20)
    if done.returncode:
        raise MachineError(f"ip {' '.join(words)}: {done.stdout.strip()}")
