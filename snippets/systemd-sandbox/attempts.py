"""attempts: what somebody could do who has got into the service. All of it is tried.

Each attempt is made by a child process of its own, and leaves nothing changed. A call
that fails only because its arguments are nonsense, as they are here, counts as "yes".
"""

import ctypes
import errno
import mmap
import os
import signal
import socket
import subprocess
import time

LIBC = ctypes.CDLL(None, use_errno=True)
NONSENSE = {errno.EINVAL, errno.ENOENT}
LOG_SIZE, UNKNOWN, NO_RANDOM_ADDRESSES, NEW_USERS = 10, 1, 0x0040000, 0x10000000
RWX = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
I386 = bytes.fromhex(  # a 32-bit program that does nothing: exit(0)
    "7f454c46010101000000000000000000020003000100000054800408340000000000000000000000"
    "34002000010000000000000001000000000000000080040800800408600000006000000005000000"
    "0010000031c04031dbcd80"
).ljust(96, b"\0")


def call(name, *arguments):
    """Call a function of the C library; "nonsense" means that it was allowed."""
    failed = getattr(LIBC, name)(*arguments) < 0
    if failed and ctypes.get_errno() not in NONSENSE:
        raise OSError(ctypes.get_errno(), name)


def folder(path):
    os.mkdir(path)
    os.rmdir(path)


def device():
    os.mknod("/dev/shm/attempt", 0o20600, os.makedev(1, 3))
    os.unlink("/dev/shm/attempt")


def setuid_file():
    os.fchmod(os.memfd_create("setuid"), 0o4755)


def setuid_program():
    shown = subprocess.run(["/usr/local/bin/id-as-root", "-u"], capture_output=True)
    return "yes" if shown.stdout == b"0\n" else "no"


def mode():
    return "0077" if os.umask(0) & 0o004 else "yes"


def owner(path):
    return "nobody" if os.stat(path).st_gid == 65534 else "yes"


def clock():
    time.clock_settime(time.CLOCK_REALTIME, time.time())


def bind(port):
    socket.socket().bind(("127.0.0.1", port))


def unix(path):
    socket.socket(socket.AF_UNIX).connect(path)


def real_time():
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def i386():
    file = os.memfd_create("i386")
    os.write(file, I386)
    status = os.spawnv(os.P_WAIT, f"/proc/self/fd/{file}", ["i386"])
    return (
        "yes" if status == 0 else "no" if status > 0 else signal.Signals(-status).name
    )


ATTEMPTS = {
    "read /etc/shadow": (os.open, "/etc/shadow", os.O_RDONLY),
    "send process 1 a signal": (os.kill, 1, 0),
    "be root by a setuid program": (setuid_program,),
    "make a setuid program": (setuid_file,),
    "let others read its files": (mode,),
    "change its own code": (os.open, __file__, os.O_RDWR),
    "write to /etc": (folder, "/etc/attempt"),
    "write to /usr": (folder, "/usr/attempt"),
    "read a file in /home": (os.open, "/home/diary", os.O_RDONLY),
    "read a file in /tmp": (os.open, "/tmp/letter", os.O_RDONLY),
    "see who owns a file": (owner, "/etc/shadow"),
    "make a device": (device,),
    "call 127.0.0.1:5003": (socket.create_connection, ("127.0.0.1", 5003), 1),
    "see other processes": (os.open, "/proc/1/cmdline", os.O_RDONLY),
    "see the machine's memory": (os.open, "/proc/meminfo", os.O_RDONLY),
    "set the clock": (clock,),
    "set the machine's name": (socket.sethostname, socket.gethostname()),
    "read the kernel's log": (call, "klogctl", LOG_SIZE, None, 0),
    "unload a kernel module": (call, "delete_module", b"there is none", 0),
    "change a sysctl": (os.open, "/proc/sys/net/ipv4/ip_forward", os.O_RDWR),
    "make a control group": (folder, "/sys/fs/cgroup/attempt"),
    "bind port 80": (bind, 80),
    "open an internet socket": (socket.socket, socket.AF_INET),
    "open a netlink socket": (socket.socket, socket.AF_NETLINK, socket.SOCK_RAW),
    "sniff packets": (socket.socket, socket.AF_PACKET, socket.SOCK_RAW),
    "make a user namespace": (call, "unshare", NEW_USERS),
    "get real-time priority": (real_time,),
    "change its priority": (os.nice, 1),
    "write code, and run it": (mmap.mmap, -1, 4096, mmap.MAP_PRIVATE, RWX),
    "change its personality": (call, "personality", NO_RANDOM_ADDRESSES),
    "run a 32-bit program": (i386,),
    "be traced": (call, "ptrace", 0, 0, 0, 0),
    "mount": (call, "mount", None, b"/", None, 0, None),
    "reboot": (call, "reboot", UNKNOWN),
    "talk to a Unix socket": (unix, "/run/dbus/system_bus_socket"),
}


def outcome(attempt, *arguments):
    """Return "yes", or why not: an error's name, or that of the signal that killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            word = attempt(*arguments)
            word = word if isinstance(word, str) else "yes"
        except ConnectionRefusedError:
            word = "refused"
        except OSError as problem:
            word = errno.errorcode[problem.errno]
        os.write(writer, word.encode())
        os._exit(0)
    os.close(writer)
    word = os.read(reader, 99).decode()
    os.close(reader)
    status = os.waitpid(child, 0)[1]
    return word or signal.Signals(status & 127).name


def table():
    """Try everything; return a line for each attempt."""
    return "".join(f"{name:30}{outcome(*a):8}\n" for name, a in ATTEMPTS.items())


if __name__ == "__main__":
    print(table(), end="")
