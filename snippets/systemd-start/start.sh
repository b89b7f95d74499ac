#!/bin/sh
. /opt/hello/bin/activate
gunicorn --bind 127.0.0.1:5003 --no-control-socket hello:app
