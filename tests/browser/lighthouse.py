"""Lighthouse on some pages, phone and desktop: 100 of 100 in everything, or exit 1.

python -m tests.browser.lighthouse SITE PROGRAM [PAGE ...]   as `make lighthouse` does

It measures time, and so it is no test: on a busy machine it may see less. A page that
falls short is measured again, and the better of its runs counts.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .server import serve

PAGES = ["index", "tutorials/systemd", "tutorials/systemd-many", "tutorials/freebsd"]
GROUPS = ["performance", "accessibility", "best-practices", "seo"]
FORMS: dict[str, list[str]] = {"phone": [], "desktop": ["--preset=desktop"]}
FLAGS = "--headless --no-sandbox --disable-gpu --no-first-run"
IDLE = ("notApplicable", "manual", "informative")
TRIES = 3
WAIT = 300  # seconds that one run may take


def measure(program: str, url: str, more: list[str]) -> tuple[list[int], list[str]]:
    """Return the scores of one page by GROUPS, and what kept it below 100."""
    words = [program, url, "--quiet", "--output=json", f"--chrome-flags={FLAGS}"]
    words += [f"--only-categories={','.join(GROUPS)}", *more]
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "TMPDIR": home}
        env.setdefault("CHROME_PATH", shutil.which("chromium") or "")
        done = subprocess.run(
            words, env=env, capture_output=True, text=True, timeout=WAIT
        )
    if done.returncode:
        sys.exit(f"{program}: {done.stderr.strip()[-500:]}")
    report = json.loads(done.stdout)
    groups = [report["categories"][name] for name in GROUPS]
    short = []
    for group in groups:
        for part in group["auditRefs"]:
            audit = report["audits"][part["id"]]
            counts = part["weight"] and audit["scoreDisplayMode"] not in IDLE
            if counts and (audit["score"] or 0) < 1:
                short.append(f"{audit['id']} {audit.get('displayValue', '')}")
    return [round((group["score"] or 0) * 100) for group in groups], short


def main(site: str, program: str, *pages: str) -> int:
    """Measure; return 1 if a page has less than 100 in anything."""
    failed = False
    print(f"{'':34}" + "".join(f"{name:>16}" for name in GROUPS))
    with serve(Path(site)) as address:
        for page in pages or PAGES:
            for form, more in FORMS.items():
                best: list[int] = [0] * len(GROUPS)
                for _ in range(TRIES):
                    scores, short = measure(program, f"{address}/{page}.html", more)
                    best = max(best, scores, key=sum)
                    if min(best) == 100:
                        break
                print(f"{page:24} {form:9}" + "".join(f"{n:16}" for n in best))
                if min(best) < 100:
                    failed = True
                    print(
                        "".join(f"    {line}\n" for line in short), end="", flush=True
                    )
    return int(failed)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
