"""State shared by all requests of one site."""

from anyio import CapacityLimiter
from starlette.requests import Request

from newsletter.actions import feedback
from newsletter.feeds.feed_cache import FeedCache
from newsletter.http.shared_rate_limit import signup_rate_limits
from newsletter.http.write_threads import WriteThreads
from newsletter.staff import actors
from newsletter.tokens.links import LinkSigners
from newsletter.web.account.form_tokens import PURPOSE as FORM_PURPOSE
from newsletter.web.account.form_tokens import FormTokens
from newsletter.web.feeds.responses import answers_of
from newsletter.web.services import SiteServices
from newsletter.web.views import SiteViews
from newsletter.web.webhook_batches import WebhookBatches

# Feeds have their own threads, independent of the load of pages.
FEED_THREADS = 8
# Anybody can call a webhook, and its proof may fetch a certificate.
PROOF_THREADS = 4
# An import by API reads in a process of its own, and counting an edition takes a while.
API_THREADS = 2


class SiteState:
    """Services, templates, rate limits, threads and the feed cache of one site."""

    def __init__(self, services: SiteServices) -> None:
        self.services = services
        self.config = services.config
        self.views = SiteViews(services.config)
        options = services.config.joining
        secret = services.config.site.secret_key.get_secret_value()
        self.signup_limit, self.signup_limit_per_mailbox = signup_rate_limits(
            options, secret, services.clock
        )
        self.signup_threads = WriteThreads(services.database)
        # Unsubscribing does not queue behind sign-ups.
        self.unsubscribe_threads = WriteThreads(services.database)
        self.webhook_threads = WriteThreads(services.database)
        self.webhook_batches = WebhookBatches(
            lambda name, events: feedback.record(services, actors.provider(name), events)
        )
        self.proof_threads = CapacityLimiter(PROOF_THREADS)
        self.api_threads = CapacityLimiter(API_THREADS)
        self.feed_threads = CapacityLimiter(FEED_THREADS)
        self.form_tokens = FormTokens(services.signer(FORM_PURPOSE), options.wording)
        self.feeds = FeedCache(
            services.config,
            lambda document, selection: answers_of(document, selection, services.config.feeds),
        )

    def links(self) -> LinkSigners:
        """The signs and reads the tokens of the links in every mail."""
        return LinkSigners(self.config.site.secret_key.get_secret_value())


def site_of(request: Request) -> SiteState:
    state: SiteState = request.app.state.site
    return state
