"""The application for the server: `gunicorn wsgi:app`, `flask --app wsgi …`."""

import sys

from config import BadSetting
from portal import create_app, logs

CANNOT_START = 3  # gunicorn's own status for it: it gives up instead of starting the next process

try:
    app = create_app()
    logs.to_standard_error()
except BadSetting as problem:
    sys.stderr.write(f"Error: {problem}\n")
    sys.exit(CANNOT_START)
