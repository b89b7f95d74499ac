#!/bin/sh
# knock URL [CERTIFICATE ...]: a visit without a certificate, then one with each.
url=$1
shift
for crt in nothing "$@"; do
    set -- --cert "$crt" --key "${crt%.crt}.key"
    [ "$crt" != nothing ] || set --
    printf '%s: ' "$crt"
    curl --silent --show-error --cacert /root/ca/root.crt "$@" "$url" 2>&1 |
        sed -n 's/.*\(alert [a-z ]*\).*/\1/p; s/.*<title>\([^<]*\).*/\1/p; /World/p'
done
