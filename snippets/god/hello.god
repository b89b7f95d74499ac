God.watch do |w|
  w.name = "hello"
  w.start = "/srv/hello/venv/bin/gunicorn --bind 127.0.0.1:5003 --workers 2 " \
            "--graceful-timeout 5 --no-control-socket hello:app"
  w.dir = "/srv/hello"
  w.uid = "hello"
  w.gid = "hello"
  w.log = "/var/log/hello.log"
  w.stop_timeout = 10
  w.keepalive(interval: 1)
end
