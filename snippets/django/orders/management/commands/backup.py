"""Copy the database into one file, while everybody goes on working."""

from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        database = Path(connection.settings_dict["NAME"])
        half = database.with_name("half.sqlite3")
        half.unlink(missing_ok=True)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(half)])
        copy = half.replace(database.with_name("backup.sqlite3"))
        self.stdout.write(f"{copy}: {copy.stat().st_size} bytes")
