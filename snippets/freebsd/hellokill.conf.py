# What a shell would trip over: the brackets of a call.
wsgi_app = "hellokill:create_app()"
control_socket_disable = True
