#!/bin/sh
# door: knock at a service from outside. door.sh server 5003
bad=0
knock() {
    what=$1 wanted=$2
    shift 2
    got=$(curl --silent --max-time 9 --output /dev/null --write-out '%{http_code}' "$@")
    if [ "$got" = "$wanted" ]; then echo "good: $what, $got"; else
        echo "NOT GOOD: $what, $got where $wanted was wanted"
        bad=1
    fi
}
knock 'its own port is closed' 000 "http://$1:$2/"
knock 'the front door is open' 200 "http://$1/"
knock 'no other name is served' 000 --header 'Host: evil.example' "http://$1/"
knock 'nobody kills' 404 "http://$1/kill"
knock 'no debugger' 404 "http://$1/console"
knock 'no long letters' 413 --data "$(printf %0100000d 0)" "http://$1/letter"
exit $bad
