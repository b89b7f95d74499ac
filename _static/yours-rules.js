// "Make it yours", for yours.js and, as JSON behind the equals sign, for the tests.
// fields: a value has to match each pattern from end to end, or is refused: the reason.
// rules: what is found, what is put there, "" for nothing else; in a column of output, its
// width: a name is filled up, or cut as by ps(1). One pass; the first rule that matches.
// keep: what a page leaves as printed, and why.
// Patterns mean the same in JavaScript and Python: none that captures, no "." nor "\s".
var YOURS = {
"fields": {
 "name": {"label": "Service", "default": "hello", "checks": [
  ["[a-z0-9_]*", "Only a-z, 0-9 and _: rc.d makes shell variables of it, such as tea_enable."],
  ["[a-z][a-z0-9_]*", "It has to begin with a letter."],
  ["[a-z0-9_]{2,16}", "Two to sixteen characters."],
  ["(?!(?:all|bell|billing|caller|child_pidfile|circus|counter|crash|cron|daemon|daemontools|daily|dbus|deaf|desk|done|door|doors|guarded|haproxy|helper|intermediate|keep|keepalived|kept|knock|late|leaky|left|mend|monit|naive|network|nginx|notify|orphaned|other|plain|pm2|podman|polite|prometheus|rc|renew|right|root|runit|runsvdir|s6|secret|shelf|shop|ssh|sshd|supervisor|svscan|syslog|systemd|tell|trap|tunnel|watch|wrong)$)[a-z0-9_]+", "Taken by the machine, its tools or another chapter."]]},
 "user": {"label": "User", "default": "{name}", "checks": [
  ["[a-z0-9_-]*", "Only a-z, 0-9, _ and -, or useradd refuses it."],
  ["[a-z_][a-z0-9_-]*", "It has to begin with a letter or _."],
  ["[a-z0-9_-]{1,31}", "At most 31 characters."],
  ["(?!(?:backup|bin|daemon|games|list|mail|man|news|nobody|operator|proxy|root|sshd|sync|sys|toor|tunnel|www|www-data|you)$)[a-z0-9_-]+", "The machine has that user, and the pages kill all that a service’s user runs."]]},
 "port": {"label": "Port", "default": "5003", "checks": [
  ["102[4-9]|10[3-9][0-9]|1[1-9][0-9]{2}|[2-9][0-9]{3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]", "A number from 1024 to 65535: below that only root may listen."],
  ["(?!(?:500[124-9]|50[1-4][0-9]|5050|8000|8099|9090|9100|51820)$)[0-9]+", "Taken by other chapters: 5001 to 5050, 8000, 8099, 9090, 9100 and 51820."]]},
 "folder": {"label": "Folder on Linux", "default": "/srv/{name}", "checks": [
  ["[A-Za-z0-9._/-]*", "Only letters, digits and . _ - /: others mean something to shells, units or rc scripts."],
  ["/[A-Za-z0-9._/-]*", "It has to begin with a slash: a unit wants the whole path."],
  ["(?:/[^/]+)*", "No slash at its end, and no two in a row."],
  ["(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*", "No step may begin with a dot or a hyphen."],
  ["(?:/[^/]+){2,}", "Two steps at least, such as /srv/tea."],
  ["[^ ]{1,60}", "At most 60 characters: a script names it in its first line."],
  ["(?!/(?:boot|dev|etc|home|proc|root|run|sys|tmp|usr/home|var/cache|var/lib|var/log|var/run|var/tmp)(?:/|$))[^ ]+", "Hidden from services, emptied at boot, or with folders called like it."]]},
 "www": {"label": "Folder on FreeBSD", "default": "/usr/local/www/{name}", "checks": "folder"},
 "venv": {"label": "Virtual environment", "default": "venv", "checks": [
  ["[A-Za-z0-9._-]*", "A name, not a path: letters, digits, _ and -."],
  ["[.]?[A-Za-z0-9_][A-Za-z0-9_-]*", "One dot, at its beginning; and no hyphen there."],
  ["[^ ]{1,24}", "At most 24 characters: a script names it in its first line."]]}
},
"rules": [
 ["mkdir /srv/hello(?![\\w-])", "mkdir --parents {folder}"],
 ["/srv/hello(?![\\w-])", "{folder}"],
 ["/usr/local/www/hello(?![\\w-])", "{www}"],
 ["(?<!-m )(?<![\\w.-])venv(?![\\w.-])", "{venv}"],
 ["\\b5003\\b", "{port}"],
 ["\\bhello:hello\\b", "{user}:{user}"],
 ["\\bhello hello$", "{user} {user}"],
 ["(?:(?<=user=)|(?<=User=)|(?<= -u )(?<!ps -u )|(?<=[ug]id[ =])|(?<=[ug]id = )|(?<=[ug]id = \")|(?<=[ug]id: \")|(?<=--user )|(?<=--owner )|(?<=chown )|(?<=useradd )|(?<=nologin )|(?<=_user:=\")|(?<=_runas:=\")|(?<='\\^))hello(?![\\w-])|^hello(?= [.]{3} S)", "{user}"],
 ["(?:import|from|as|--app) hello(?:kill)?(?=[ ;]|$)|\\bhello (?:World|again\\b|at last)|grep hello(?=; do)|(?:named|app) 'hello'|(?:\"\"|[{\\[])\"hello", ""],
 ["^hello {3}(?= /)", "{name}", 8],
 ["\\bhello {28}", "{name}", 33],
 ["\\bhello(?:kill)?(?=_|\\.(?!py|app|conf\\.py|internal))|\\bhello(?=[@*]|:[0-9]|-(?!with-kill))", "{name}"],
 ["(?:(?<=Description=)|(?<= - )|(?<=program:)|(?<=watcher:))hello", "{name}"],
 ["(?<![\\w(\\[])hello(?:kill)?(?=[ /)};|\\['’\"]|: |$)", "{name}"]
],
"keep": {
 "tutorials/kubernetes": {"name": "Kubernetes takes no _ in it"},
 "tutorials/pm2": {"name": "a list is sorted by it"},
 "tutorials/systemd-address": {"name": "a list is sorted by it"},
 "tutorials/systemd-many": {"port": "fifty, counted from 5001"}
}
};
