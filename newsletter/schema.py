"""Every table there is: imported for the metadata that Alembic and the tests need whole."""

import newsletter.articles.models
import newsletter.delivery.ledger.models
import newsletter.delivery.tallying.models
import newsletter.editions.models
import newsletter.feeds.models
import newsletter.settings.models
import newsletter.staff.models
import subscribers.finding.models
import subscribers.models
from newsletter.database import Base

TABLE_MODULES = (
    subscribers.models,
    subscribers.finding.models,
    newsletter.settings.models,
    newsletter.staff.models,
    newsletter.articles.models,
    newsletter.feeds.models,
    newsletter.editions.models,
    newsletter.delivery.ledger.models,
    newsletter.delivery.tallying.models,
)

metadata = Base.metadata
