"""Changing one's address: asked for on her page, confirmed at the new one.

Whether the new address is known is told to nobody but whoever opens the mail sent to it.
"""

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.delivery import moving, notices
from newsletter.errors import InvalidInput, TokenError
from newsletter.web.choosing import (
    SOURCE,
    Entered,
    a_member,
    page,
    preferences_address,
    whose,
)
from newsletter.web.entering import origin_of, welcome_address
from newsletter.web.networks import address_of
from newsletter.web.security import TOKEN_HEADERS
from newsletter.web.state import SiteState, site_of
from subscribers import addressing
from subscribers import store as people
