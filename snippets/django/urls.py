"""Which address is answered by what."""

from django.urls import path
from orders import views

urlpatterns = [
    path("", views.menu),
    path("orders", views.orders),
    path("health", views.health),
    path("who", views.who),
    path("pid", views.pid),
]
