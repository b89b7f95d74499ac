module.exports = {
  apps: [{
    name: "hello",
    script: "/srv/hello/venv/bin/gunicorn",
    args: "--bind 127.0.0.1:5003 --workers 2 --no-control-socket hello:app",
    interpreter: "none",
    cwd: "/srv/hello",
    uid: "hello",
    gid: "hello",
    kill_timeout: 40000,
    out_file: "/var/log/hello.log",
    error_file: "/var/log/hello.log",
  }],
};
