"""cmsapp: one line of somebody's web site, configured by an ini file."""

import argparse
import configparser
import os
import time

from flask import Flask


def create_app(path=None):
    """Make the application from the ini file at `path`, or that CMS_CONFIG names."""
    ini = configparser.ConfigParser(interpolation=None)
    with open(path or os.environ["CMS_CONFIG"], encoding="utf-8") as file:
        ini.read_file(file)
    app = Flask("cmsapp")
    started = time.time()

    @app.route("/")
    def front():
        return ini["cms"]["title"] + "\n"

    @app.route("/pid")
    def pid():
        return {"pid": os.getpid(), "parent": os.getppid(), "started": started}

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    create_app(parser.parse_args().config).run(port=5003)
