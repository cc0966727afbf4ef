"""What every page of one site shares."""

from starlette.requests import Request

from newsletter.feeds.building import FeedShelf
from newsletter.signing import Signer
from newsletter.web.services import SiteServices
from newsletter.web.views import Views


class SiteState:
    """The services, the templates and the kept feeds of one site."""

    def __init__(self, services: SiteServices) -> None:
        self.services = services
        self.config = services.config
        self.views = Views(services.config)
        self.feeds = FeedShelf(services.config)

    def leaving_signer(self) -> Signer:
        """What signs and reads the tokens of unsubscribe addresses."""
        return Signer(self.config.site.secret_key.get_secret_value(), "unsubscribe")


def site_of(request: Request) -> SiteState:
    state: SiteState = request.app.state.site
    return state
