"""The state shared by all requests of one console."""

from urllib.parse import urlsplit

from anyio import CapacityLimiter

from newsletter.console.frame.cookies import Cookies
from newsletter.console.frame.presentation.flash import PURPOSE, Flashes
from newsletter.console.frame.presentation.navigation import Navigation
from newsletter.console.frame.presentation.views import ConsoleViews
from newsletter.console.frame.services import ConsoleServices
from newsletter.http.write_threads import WriteThreads

PREFIX = "/console"
# Strangers reach the page for signing in; see `serving.live.PAGE_THREADS`.
READ_THREADS = 6
SLOW_THREADS = 6


class ConsoleState:
    """Services, templates, cookies and threads."""

    def __init__(self, services: ConsoleServices, navigation: Navigation) -> None:
        base_url = services.config.site.base_url
        self.services = services
        self.navigation = navigation
        self.root = urlsplit(base_url).path.rstrip("/")
        """The path that the site's addresses begin with; empty at the root of its host."""
        self.base = self.root + PREFIX
        """The path that the console's addresses begin with."""
        self.views = ConsoleViews(services.config, self.base)
        self.cookies = Cookies(services.secret, base_url)
        self.flashes = Flashes(
            services.signer(PURPOSE), self.base, is_secure=base_url.startswith("https://")
        )
        self.write_threads = WriteThreads(services.database)
        self.read_threads = CapacityLimiter(READ_THREADS)
        self.slow_threads = CapacityLimiter(SLOW_THREADS)
