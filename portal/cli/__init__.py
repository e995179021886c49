"""The operator's commands: `flask --app wsgi portal …`."""

from portal.cli.after_restore import after_restore
from portal.cli.check import check
from portal.cli.group import Commands
from portal.cli.keys import keys
from portal.cli.mail import mail
from portal.cli.purge import purge
from portal.cli.serve import serve
from portal.cli.staff import staff
from portal.cli.tables import print_limits, print_settings
from portal.cli.users import users
from portal.cli.worker import worker

commands = Commands("portal", help="Run and look after the portal.")
for command in (serve, worker, users, staff, purge, keys, after_restore, mail, check, print_settings, print_limits):
    commands.add_command(command)
