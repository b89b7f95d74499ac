"""How each supervisor is had, and how it is told to watch a program.

A recipe says where it runs, what installs and starts it, and, for the program
``/srv/NAME/run``, which files and commands put it under that supervisor and stop it.
``NAME`` in a text is the program's name, of four letters at most, for sysvinit's sake.
What can be set is set as the chapter of that supervisor sets it, with ten seconds of
patience before a kill.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .store import TOP


@dataclass
class Recipe:
    """One supervisor. All texts but `files` are shell, run as root on the machine."""

    setup: str  # installs it
    add: str  # begins to watch NAME
    stop: str  # stops NAME, for good
    mine: str  # prints the pids of its own processes while it watches one program
    image: str = "debian-13"
    begin: str = "true"  # starts the supervisor itself
    program: dict[str, str] = field(default_factory=dict)  # path to text, with NAME
    files: dict[str, str] = field(default_factory=dict)  # path to text
    version: str = "true"  # prints it


def snippet(name: str) -> str:
    """Return what readers copy."""
    return (TOP / "snippets" / name).read_text(encoding="utf-8")


def package(name: str) -> str:
    """Return the command that prints the version of a Debian package."""
    show = "dpkg-query --show --showformat '${Version}' "
    return show + name + r" | sed 's/^[0-9]*://; s/[-+].*//'"


def module(name: str) -> str:
    """Return the command that prints the version of what pip installed in /opt."""
    return f"/opt/{name}/bin/pip list 2>/dev/null | sed -n 's/^{name}  *//p'"


def scanned(folder: str, more: str = "", tell: str = "") -> dict[str, Any]:
    """Return what is the same where a supervisor looks at the directories in a folder.

    A directory is made beside it, with `more`, and moved in whole; then `tell` it.
    """
    made = f"/srv/{folder}.NAME"
    add = f"mkdir {made}; mv /srv/NAME.run {made}/run;{more}"
    add += f"chmod 755 {made}/run; mv {made} /srv/{folder}/NAME{tell}"
    return {"program": {"/srv/NAME.run": RUN}, "add": add}


def circus(config: str) -> Recipe:
    """Return the recipe of circus with that circus.ini."""
    ask = "CIRCUSCTL_ENDPOINT=ipc:///run/circus/endpoint ask-circus"
    return Recipe(
        setup="python3 -m venv /opt/circus; /opt/circus/bin/pip install -q circus;"
        "mkdir --mode 700 /run/circus; mkdir /etc/circus.d",
        files={
            "/etc/circus.ini": config,
            "/usr/bin/ask-circus": snippet("circus/ask-circus"),
        },
        program={"/etc/circus.d/NAME.ini": WATCHER},
        begin="chmod 755 /usr/bin/ask-circus;"
        "/opt/circus/bin/circusd --daemon /etc/circus.ini",
        add=f"{ask} reloadconfig",
        stop=f"{ask} stop NAME",
        mine="pgrep --full '^/opt/circus/bin/python.*circus'",
        version=module("circus"),
    )


AT = "setsid {} >/dev/null 2>&1 </dev/null &"  # a program to be left running
UNIT = """[Unit]
Description=NAME
StartLimitIntervalSec=0
[Service]
ExecStart=/srv/NAME/run
Restart=always
RestartSec=1s
TimeoutStopSec=10s
"""
SYSTEMD = {
    "setup": "true",
    "add": "systemctl daemon-reload; systemctl start --no-block NAME",
    "stop": "systemctl stop NAME",
    "mine": "echo 1",
    "version": "systemctl --version | sed -n '1s/systemd \\([0-9]*\\).*/\\1/p'",
}
WATCHER = "[watcher:NAME]\ncmd = /srv/NAME/run\ngraceful_timeout = 10\n"
CIRCUS_INI = snippet("circus/circus.ini")
TAB = "/etc/inittab.d/NAME.tab"
RUN = "#!/bin/sh\nexec 2>&1\nexec /srv/NAME/run\n"
GOD = """God.watch do |w|
  w.name = "NAME"
  w.start = "/srv/NAME/run"
  w.stop_timeout = 10
  w.keepalive(interval: 1)
end
"""
ASKS = "  w.restart_if" + snippet("god/asks.god").partition("  w.restart_if")[2]
MONIT = """check process NAME with pidfile /run/NAME.pid
    start program = "/sbin/start-stop-daemon --start --background --make-pidfile
        --pidfile /run/NAME.pid --startas /srv/NAME/run" with timeout 5 seconds
    stop program = "/sbin/start-stop-daemon --stop --pidfile /run/NAME.pid
        --retry TERM/10/KILL/5" with timeout 30 seconds
"""
ASKED = "    if failed" + snippet("monit/hello").partition("    if failed")[2]
STOP = snippet("monit/hello-stop").replace("hello/pid", "web.pid")
#: For the service alone: the supervisor asks it, and what it takes to end a frozen one.
ASKING: dict[str, Callable[[str], str]] = {
    "god": lambda text: text.removesuffix("end\n") + ASKS,
    "monit": lambda text: (
        re.sub('(?s)/sbin/[^"]*--stop[^"]*', "/usr/bin/hello-stop", text) + ASKED
    ),
}
LOOP = """#!/bin/sh
trap 'kill $child; exit' TERM
while :; do
    "$1" &
    child=$!
    wait $child
    sleep 1
done
"""
PM2 = """module.exports = { apps: [{
  name: "NAME", script: "/srv/NAME/run", interpreter: "none", kill_timeout: 10000,
}] };
"""
OPENRC = """#!/sbin/openrc-run
supervisor=supervise-daemon
command=/srv/NAME/run
respawn_delay=1
respawn_max=0
retry=TERM/10/KILL/5
"""

RECIPES = {
    "systemd": Recipe(**SYSTEMD, program={"/etc/systemd/system/NAME.service": UNIT}),
    "systemd, defaults": Recipe(
        **SYSTEMD,
        program={
            "/etc/systemd/system/NAME.service": UNIT.replace(
                "RestartSec=1s\n", ""
            ).replace("StartLimitIntervalSec=0\n", "")
        },
    ),
    "supervisord": Recipe(
        setup="python3 -m venv /opt/supervisor; mkdir /etc/supervisor.d;"
        "/opt/supervisor/bin/pip install -q supervisor",
        files={"/etc/supervisord.conf": snippet("supervisord/supervisord.conf")},
        program={
            "/etc/supervisor.d/NAME.conf": "[program:NAME]\ncommand=/srv/NAME/run\n"
            "autorestart=true\nstartsecs=3\nstopwaitsecs=10\nstopasgroup=true\n"
            "killasgroup=true\n"
        },
        begin="/opt/supervisor/bin/supervisord --configuration /etc/supervisord.conf",
        add="/opt/supervisor/bin/supervisorctl update",
        stop="/opt/supervisor/bin/supervisorctl stop NAME",
        mine="cat /run/supervisord.pid",
        version=module("supervisor"),
    ),
    "circus": circus(CIRCUS_INI),
    "circus, defaults": circus(CIRCUS_INI.replace("check_delay = 1\n", "")),
    "pm2": Recipe(
        image="debian-13-node",
        setup="npm install --global pm2",
        program={"/srv/NAME.config.js": PM2},
        add="PM2_HOME=/var/lib/pm2 pm2 --silent start /srv/NAME.config.js",
        stop="PM2_HOME=/var/lib/pm2 pm2 --silent stop NAME",
        mine="cat /var/lib/pm2/pm2.pid",
        version="PM2_HOME=/var/lib/pm2 pm2 --version | tail -n 1",
    ),
    "daemontools": Recipe(
        setup="apt-get install --yes --no-install-recommends daemontools;mkdir /srv/dt",
        **scanned("dt"),
        begin=AT.format("svscan /srv/dt"),
        stop="svc -d /srv/dt/NAME",
        mine="pgrep --exact svscan; pgrep --exact supervise",
        version=package("daemontools"),
    ),
    "runit": Recipe(
        setup="apt-get install --yes --no-install-recommends runit; mkdir -p /srv/sv",
        **scanned("sv"),
        begin=AT.format("runsvdir -P /srv/sv"),
        stop="sv -w 10 force-stop /srv/sv/NAME",
        mine="pgrep --exact runsvdir; pgrep --exact runsv",
        version=package("runit"),
    ),
    "s6": Recipe(
        setup="apt-get install --yes --no-install-recommends s6; mkdir /srv/s6",
        **scanned(
            "s6", "echo 10000 > /srv/s6.NAME/timeout-kill;", "; s6-svscanctl -a /srv/s6"
        ),
        begin=AT.format("s6-svscan /srv/s6"),
        stop="s6-svc -d /srv/s6/NAME",
        mine="pgrep --exact s6-svscan; pgrep --exact s6-supervise",
        version=package("s6"),
    ),
    "daemon": Recipe(
        setup="apt-get install --yes daemon",
        add="daemon --name=NAME --pidfiles=/run --respawn --acceptable=10"
        " --attempts=5 --delay=10 -- /srv/NAME/run >/dev/null 2>&1",
        stop="daemon --name=NAME --pidfiles=/run --stop",
        mine="pgrep --exact daemon",
        version=package("daemon"),
    ),
    "a shell loop": Recipe(
        setup="true",
        files={"/usr/bin/loop": LOOP},
        begin="chmod 755 /usr/bin/loop",
        add=AT.format("loop /srv/NAME/run"),
        stop="pkill --full '^/bin/sh /usr/bin/loop /srv/NAME/run'",
        mine="pgrep --full '^/bin/sh /usr/bin/loop'",
    ),
    "sysvinit": Recipe(
        image="debian-13-sysv",
        setup="mkdir /etc/inittab.d",
        program={TAB: "NAME:2345:respawn:/srv/NAME/run\n"},
        # Each telinit q ends the pauses of a crash loop, so both loops share one.
        add="test NAME = zero || telinit q",
        stop=f"rm {TAB}; telinit q",
        mine="echo 1",
        version=package("sysvinit-core"),
    ),
    "OpenRC": Recipe(
        image="debian-13-sysv",
        setup="apt-get install --yes openrc",
        begin="reboot",
        program={"/etc/init.d/NAME": OPENRC},
        add="chmod 755 /etc/init.d/NAME; rc-service NAME start",
        stop="rc-service NAME stop",
        mine="pgrep --full ^supervise-daemon",
        version=package("openrc"),
    ),
    "monit": Recipe(
        setup="apt-get install --yes monit;"
        "mkdir -p /etc/systemd/system/monit.service.d",
        files={
            "/etc/systemd/system/monit.service.d/rights.conf": snippet(
                "monit/rights.conf"
            ),
            "/usr/bin/hello-stop": STOP,
            "/etc/monit/conf.d/cycle": "set daemon 2\n"
            "set httpd unixsocket /run/monit.sock allow localhost\n",
        },
        program={"/etc/monit/conf.d/NAME": MONIT},
        begin="chmod 755 /usr/bin/hello-stop",
        add="systemctl daemon-reload; systemctl restart monit",
        stop="monit stop NAME",
        mine="pgrep --exact monit",
        version=package("monit"),
    ),
    "god": Recipe(
        image="debian-12",
        setup="apt-get install --yes ruby-god; mkdir /etc/god",
        files={
            "/etc/god/fix.god": snippet("god/fix.god"),
            "/etc/god.conf": 'God.load "/etc/god/fix.god"\n',
        },
        program={"/etc/god/NAME.god": GOD},
        begin="god -c /etc/god.conf --log /var/log/god.log",
        add="god load /etc/god/NAME.god",
        stop="god stop NAME",
        mine="pgrep --full '^/usr/bin/ruby /usr/bin/god'",
        version=package("ruby-god"),
    ),
}
