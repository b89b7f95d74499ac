#!/bin/sh
# A small authority in the current folder, which only root should be able to enter.
#   ca root TITLE                  root.key root.crt                   10 years
#   ca intermediate [DOMAIN ...]   intermediate.key intermediate.crt   3 years
#   ca server NAME [NAME|IP ...]   NAME.key NAME.crt                   $DAYS or 90 days
#   ca client NAME                 NAME.key NAME.crt                   $DAYS or 90 days
# The same command again, with all names, renews: new key, new serial number, renamed
# into place. A copy of all that was ever signed is in signed/NAME/SERIAL.crt.
set -eu
umask 077
export LC_ALL=C
private='127.0.0.0/255.0.0.0 10.0.0.0/255.0.0.0 172.16.0.0/255.240.0.0
    192.168.0.0/255.255.0.0 ::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fc00::/fe00::'
usage='root TITLE | intermediate [DOMAIN ...] | server NAME [NAME|IP ...] | client NAME'

die() { echo "ca: $*" >&2; exit 2; }
here() { for file; do [ -e "$file" ] || die "no $file in this folder"; done; }
name() { case $1 in '' | [-.]* | *[!A-Za-z0-9.-]*) die "not a name: '$1'" ;; esac; }
alt() {
    case $1 in
        '' | [-.]* | *[!A-Za-z0-9.:*-]* | *:*[!0-9A-Fa-f:.]*)
            die "not a name or an address: '$1'" ;;
        *:*) echo "IP:$1" ;;
        *[!0-9.]*) echo "DNS:$1" ;;
        *) echo "IP:$1" ;;
    esac
}

issue() { # NAME DAYS ISSUER COMMON-NAME EXTENSION ...
    new=$(mktemp -d ./.ca.XXXXXX)
    trap 'rm -rf "$new"' EXIT
    trap 'exit 2' HUP INT TERM
    key=$new/$1.key crt=$new/$1.crt log=$new/log kept=signed/$1 days=$2 by=$3 cn=$4
    shift 4
    printf '%s\n' '[req]' prompt=no distinguished_name=dn x509_extensions=ext \
        '[dn]' "CN=$cn" '[ext]' "$@" subjectKeyIdentifier=hash \
        authorityKeyIdentifier=keyid:always > "$new/conf"
    set -- -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days "$days"
    if [ "$by" ]; then
        here root.crt "$by.crt" "$by.key"
        openssl x509 -in "$by.crt" -noout -checkend $((days * 86400)) > "$log" 2>&1 ||
            die "$by.crt does not last $days more days"
        set -- "$@" -CA "$by.crt" -CAkey "$by.key"
    fi
    openssl req -x509 -config "$new/conf" "$@" -keyout "$key" -out "$crt" 2> "$log" ||
        die "openssl: $(tail -n 1 "$log")"
    [ -z "$by" ] || # believe it as the other side will, before anybody gets it
        openssl verify -no_check_time -no-CApath -no-CAstore -CAfile root.crt \
            -untrusted "$by.crt" "$crt" > "$log" 2>&1 ||
        die "validation failed: $(sed -n 's/.*depth lookup: //p' "$log")"
    if [ "$by" ]; then
        serial=$(openssl x509 -in "$crt" -noout -serial)
        mkdir -p "$kept"
        cp "$crt" "$kept/${serial#serial=}.crt"
    fi
    [ "$by" != intermediate ] || cat intermediate.crt >> "$crt"
    chmod 644 "$crt"
    mv -f "$key" "$crt" .
}

leaf() { # server|client NAME [NAME|IP ...]
    role=$1 first=$2 days=${DAYS:-90} names=
    shift
    name "$first"
    for each; do each=$(alt "$each"); names=$names,$each; done
    case $days in 0* | *[!0-9]* | ?????*) die "not a number of days: '$days'" ;; esac
    case $first in root | intermediate) die "'$first' is the authority's own" ;; esac
    [ ! -e "$first.crt" ] || openssl x509 -in "$first.crt" -noout -purpose |
        grep -q "^SSL $role : Yes" || die "$first.crt is there, and not a $role's"
    issue "$first" "$days" intermediate "$first" basicConstraints=critical,CA:FALSE \
        keyUsage=critical,digitalSignature "extendedKeyUsage=${role}Auth" \
        "subjectAltName=${names#,}"
}

authority() { # NAME DAYS ISSUER COMMON-NAME LENGTH EXTENSION ...
    basic=basicConstraints=critical,CA:TRUE,pathlen:$5
    issue "$1" "$2" "$3" "$4" "$basic" keyUsage=critical,keyCertSign,cRLSign "$6"
}

case ${1-}:$# in
    root:2)
        case $2 in '' | *[!A-Za-z0-9\ ._-]*) die "not a title: '$2'" ;; esac
        [ ${#2} -le 48 ] || die "more than 48 characters: '$2'"
        for file in root.crt root.key; do
            [ ! -e "$file" ] || die "there is a $file already"
        done
        authority root 3653 '' "$2" 1 '' ;;
    intermediate:*)
        here root.crt root.key
        title=$(openssl x509 -in root.crt -noout -subject -nameopt RFC2253)
        only=
        shift
        for each; do name "$each"; only=$only,permitted\;DNS:$each; done
        [ -z "$only" ] || for each in $private; do only=$only,permitted\;IP:$each; done
        authority intermediate 1096 root "Intermediate of ${title#subject=CN=}" 0 \
            "${only:+nameConstraints=critical$only}" ;;
    server:1 | client:1) die "say: ca $usage" ;;
    server:* | client:2) leaf "$@" ;;
    *) die "say: ca $usage" ;;
esac
