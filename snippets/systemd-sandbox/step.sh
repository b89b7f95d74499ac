#!/bin/sh
# step NAME: start the service anew, try everything from inside, keep the table as NAME
systemctl daemon-reload && systemctl restart hello || exit
systemd-analyze security --no-pager hello.service | tail --lines=1
curl --silent --output "$1" http://127.0.0.1:5003/attempts
echo "$(grep --count yes "$1") of $(wc --lines < "$1") attempts succeed"
