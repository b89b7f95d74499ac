"""lock: what pip would install now, as requirements with versions and hashes.

    pip install --quiet --dry-run --ignore-installed --report - flask | python3 lock.py

They are for this machine's Python: make them on one that is like the server.
"""

import json
import re
import sys

for item in json.load(sys.stdin)["install"]:
    name, version = item["metadata"]["name"], item["metadata"]["version"]
    # Where in it the hash stands depends on pip's version.
    sha = re.search("[0-9a-f]{64}", json.dumps(item["download_info"]["archive_info"]))
    print(f"{name}=={version} --hash=sha256:{sha[0]}")
