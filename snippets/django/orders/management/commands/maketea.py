"""Make the tea that was ordered, one cup after the other, until told to stop."""

import signal
import time

from django.core.management.base import BaseCommand
from django.utils import timezone
from orders.models import Order


class Command(BaseCommand):
    help = __doc__
    open = True

    def close(self, *_):
        self.open = False

    def handle(self, **options):
        signal.signal(signal.SIGTERM, self.close)
        waiting = Order.objects.filter(made=None)
        while self.open:
            order = waiting.first()
            if not order:
                time.sleep(0.5)
            elif waiting.filter(pk=order.pk).update(made=timezone.now()):
                self.stdout.write(f"made {order.tea}")
