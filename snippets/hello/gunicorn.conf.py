"""Settings of gunicorn: it reads this file by itself from where it is started."""

bind = "127.0.0.1:5003"
workers = 2
timeout = 30  # seconds: the longest request
graceful_timeout = 35  # seconds: what a request gets at a stop or a reload
max_requests = 10_000
max_requests_jitter = 1_000
control_socket_disable = True
