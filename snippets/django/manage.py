"""Django's own tool, for this project."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.sqlite")
execute_from_command_line(sys.argv)
