"""hello, with a referee in front of it: wsgiref.validate raises if a rule is broken."""

from wsgiref.validate import validator

from middleware import app as middleware

app = validator(middleware)
