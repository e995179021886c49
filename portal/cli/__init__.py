"""The operator's commands: `flask --app wsgi portal …`."""

from flask.cli import AppGroup

from portal.cli.serve import serve
from portal.cli.tables import print_limits, print_settings
from portal.cli.worker import worker

commands = AppGroup("portal", help="Run and look after the portal.")
commands.add_command(serve)
commands.add_command(worker)
commands.add_command(print_settings)
commands.add_command(print_limits)
