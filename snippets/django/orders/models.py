"""One table: what was ordered, and when it was made."""

from django.db import models


class Order(models.Model):
    tea = models.CharField(max_length=40)
    made = models.DateTimeField(null=True, db_index=True)

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{self.pk} {self.tea}: {'made' if self.made else 'ordered'}"
