#!/bin/sh
# deploy.sh: put a release of hello into service, if it is any good.
#     deploy.sh hello-2.tar.gz    build it, try it, switch to it
#     deploy.sh hello-1           switch to one that is still there
# One that does not answer is left again for the one before it.
# Kill it whenever you like: what serves goes on serving, and the next run tidies up.
set -eu
umask 022
top=/srv/hello
page=http://127.0.0.1:5003/
keep=3
name=$(basename "${1:?which release?}" .tar.gz)
new=$top/releases/$name

tidy() { # What has no "ok" is half-made, or half gone.
    systemctl stop 'hello@*.socket'
    for each in "$top"/releases/*/; do
        [ -e "${each}ok" ] || [ "$each" = "$top/$(readlink "$top/current")/" ] ||
            rm -rf "$each"
    done
}
serve() { # A release in the place of another: a link is renamed, and so never missing.
    ln -sfn "$1" "$top/current.new" && mv -T "$top/current.new" "$top/current" &&
        systemctl restart hello.service && answers "$page"
}
answers() { # Wherever curl is told to look: in time, and no error.
    curl --silent --show-error --fail --max-time 30 --output /dev/null "$@"
}

mkdir -p "$top/releases"
exec 9> "$top/lock"
flock --timeout 60 9 || { echo "deploy: another one is at work" >&2; exit 1; }
tidy
old=$(readlink "$top/current") || old=
built=

if ! [ -e "$new/ok" ]; then
    echo "deploy: building $name"
    mkdir "$new"
    tar -xzf "$1" -C "$new" --strip-components=1 --no-same-owner
    python3 -m venv --without-pip "$new/venv"
    "$top/pip/bin/pip" --python "$new/venv/bin/python3" install --quiet \
        --require-hashes --only-binary=:all: --requirement "$new/requirements.txt"

    echo "deploy: trying $name"
    cd "$new"
    runuser -u nobody -- venv/bin/gunicorn --check-config hello:app
    trap "systemctl stop 'hello@*.socket'" EXIT
    trap "exit 130" HUP INT TERM
    systemctl start "hello@$name.service"
    sleep 0.5 # A worker that is just being born misses a stop: gunicorn waits 30 s.
    answers --unix-socket "/run/hello/$name.sock" "$page"
    systemctl stop "hello@$name.socket"
    sync -f "$new"
    built=yes
fi
touch "$new/ok"

if ! serve "releases/$name"; then
    echo "deploy: $name does not serve${old:+: back to $(basename "$old")}" >&2
    [ -z "$old" ] || serve "$old"
    [ -z "$built" ] || rm "$new/ok"
    exit 1
fi
echo "deploy: $name serves"

find "$top/releases" -mindepth 2 -maxdepth 2 -name ok -printf '%T@ %p\n' | sort -rn |
    sed "1,${keep}d; s/^[^ ]* //" | xargs -r rm
tidy
