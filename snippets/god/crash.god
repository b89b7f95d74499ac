God.watch do |w|
  w.name = "crash"
  w.start = "/bin/sh -c 'echo again >> /tmp/again; exit 1'"
  w.keepalive(interval: 1)
end
