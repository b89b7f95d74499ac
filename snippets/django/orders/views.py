"""Order tea, see what became of it, and ask whether all is well."""

import logging
import os

from django.db import DatabaseError
from django.http import HttpResponse, JsonResponse
from django.templatetags.static import static
from django.views.decorators.csrf import csrf_exempt

from . import started
from .models import Order


def text(words, status=200):
    return HttpResponse(words, "text/plain; charset=utf-8", status)


def menu(request):
    return text(f"The menu is {static('menu.txt')}\n")


@csrf_exempt  # it knows no cookies, so nobody else's page can use yours
def orders(request):
    if request.method == "POST":
        tea = request.POST.get("tea", "").strip()
        if not 0 < len(tea) <= 40:
            return text("Which tea?\n", 400)
        Order.objects.create(tea=tea)
    return text("".join(f"{order}\n" for order in Order.objects.all()))


def health(request):
    try:
        waiting = Order.objects.filter(made=None).count()
    except DatabaseError as problem:
        logging.error("not healthy: %s", problem)
        return text("the database is no help\n", 503)
    return text(f"ok, {waiting} waiting\n")


def who(request):
    asks = f"{request.META['REMOTE_ADDR']} asks for {request.build_absolute_uri()}"
    return text(f"{asks}\n")


def pid(request):
    who = {"pid": os.getpid(), "parent": os.getppid(), "started": started}
    return JsonResponse(who)
