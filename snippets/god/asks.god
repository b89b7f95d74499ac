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

  w.restart_if do |restart|
    restart.condition(:http_response_code) do |c|
      c.host = "127.0.0.1"
      c.port = 5003
      c.path = "/pid"
      c.code_is_not = 200
      c.timeout = 2
      c.interval = 2
      c.times = 2
    end
  end
end
