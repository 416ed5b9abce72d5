"""Gunicorn as measured: two processes of four threads stay at eight database connections.

`bin/imis demo` and a production unit start it with `--config deploy/gunicorn.conf.py`.
"""

worker_class = "imis.web_server.WebWorker"
logger_class = "imis.web_server.WebLog"
workers = 2
threads = 4
max_requests = 2000
max_requests_jitter = 200
timeout = 120
graceful_timeout = 10
# Longer than the 60 seconds for which nginx keeps an idle connection, so that it never sends into a closing one.
keepalive = 75
control_socket_disable = True

# %(U)s is the path without its query: a search text may hold a name or a mobile number.
accesslog = "-"
access_log_format = '%(t)s %(m)s "%(U)s" %(s)s %(B)s bytes %(M)s ms'
