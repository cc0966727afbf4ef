"""The console's interface to the program, supplied by the composition root."""

from typing import Protocol

from newsletter.actions.editions import EngineContext
from newsletter.actions.settings import SettingsContext
from newsletter.actions.test_mails import TransportTestContext
from newsletter.delivery.staff_mail import StaffMail
from newsletter.linting.domain import TextRecords
from newsletter.queries.editions.previews import PreviewContext


class ConsoleServices(
    TransportTestContext, EngineContext, SettingsContext, PreviewContext, Protocol
):
    """What the actions that the console calls need, and mail to staff."""

    @property
    def text_records(self) -> TextRecords:
        """Looks TXT records up in the DNS."""

    def reread(self) -> "ConsoleServices":
        """The services of the settings as they are stored at this moment."""

    def mail_staff(self, mail: StaffMail, address: str) -> bool:
        """Mail a staff member; whether a transport took it. Why not is in the log."""
