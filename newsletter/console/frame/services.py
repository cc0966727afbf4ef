"""The console's interface to the program, supplied by the composition root."""

from typing import Protocol

from newsletter.actions.digests import ComposingContext
from newsletter.actions.editions import SendingContext
from newsletter.actions.settings import SettingsContext
from newsletter.actions.test_mails import HandOverContext
from newsletter.queries.previews import PreviewContext


class ConsoleServices(
    ComposingContext, SendingContext, SettingsContext, HandOverContext, PreviewContext, Protocol
):
    """What the actions that the console calls need."""
