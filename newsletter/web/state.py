"""What every page of one site shares."""

from anyio import CapacityLimiter
from starlette.requests import Request

from newsletter.feeds.feed_cache import FeedCache
from newsletter.tokens.links import LinkSigners
from newsletter.web.account.form_tokens import PURPOSE as FORM_PURPOSE
from newsletter.web.account.form_tokens import FormMarks
from newsletter.web.account.rate_limit import paces
from newsletter.web.feeds.responses import answers_of
from newsletter.web.services import SiteServices
from newsletter.web.views import Views
from newsletter.web.write_threads import Writers

# Threads of the feeds' own, which no crowd on the pages can take.
FEED_THREADS = 8


class SiteState:
    """The services, the templates and the kept feeds of one site."""

    def __init__(self, services: SiteServices) -> None:
        self.services = services
        self.config = services.config
        self.views = Views(services.config)
        options = services.config.joining
        secret = services.config.site.secret_key.get_secret_value()
        self.joins, self.joins_of_address = paces(options, secret, services.clock)
        self.joining_writers = Writers(services.database)
        # Whoever leaves does not wait for a crowd that joins.
        self.leaving_writers = Writers(services.database)
        self.feed_threads = CapacityLimiter(FEED_THREADS)
        self.form_marks = FormMarks(services.signer(FORM_PURPOSE), options.wording)
        self.feeds = FeedCache(
            services.config,
            lambda document, selection: answers_of(document, selection, services.config.feeds),
        )

    def links(self) -> LinkSigners:
        """What signs and reads the tokens of the links in every mail."""
        return LinkSigners(self.config.site.secret_key.get_secret_value())


def site_of(request: Request) -> SiteState:
    state: SiteState = request.app.state.site
    return state
