#!/bin/sh
# hang: ask twice at once for what is never answered, and give up after a second.
curl --silent --max-time 1 --parallel --parallel-immediate \
    'http://127.0.0.1:5003/deadlock?[1-2]' 2>/dev/null
test $? = 28 # curl's status for a time-out
