"""Print what pm2 thinks of each program, a line each."""

import json
import sys

for app in json.load(sys.stdin):
    about = app["pm2_env"]
    print(app["name"], about["status"], about["restart_time"], "restarts")
