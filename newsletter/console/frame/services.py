"""The console's interface to the program, supplied by the composition root."""

from typing import Protocol

from newsletter.actions.digests import ComposingContext
from newsletter.actions.editions import SendingContext
from newsletter.actions.settings import SettingsContext


class ConsoleServices(ComposingContext, SendingContext, SettingsContext, Protocol):
    """What the actions that the console calls need."""
