"""Imports every model, so that Alembic and the tests see the complete metadata."""

import newsletter.articles.models
import newsletter.articles.writing.models
import newsletter.delivery.ledger.models
import newsletter.editions.approvals.models
import newsletter.editions.bulletins.models
import newsletter.editions.coming.models
import newsletter.editions.models
import newsletter.feedback.models
import newsletter.feeds.models
import newsletter.media.models
import newsletter.settings.models
import newsletter.staff.account_models
import newsletter.staff.api_key_models
import newsletter.staff.models
import subscribers.models
from newsletter.database import Base

TABLE_MODULES = (
    subscribers.models,
    newsletter.settings.models,
    newsletter.staff.models,
    newsletter.staff.account_models,
    newsletter.staff.api_key_models,
    newsletter.articles.models,
    newsletter.articles.writing.models,
    newsletter.media.models,
    newsletter.feeds.models,
    newsletter.editions.models,
    newsletter.editions.coming.models,
    newsletter.editions.bulletins.models,
    newsletter.editions.approvals.models,
    newsletter.delivery.ledger.models,
    newsletter.feedback.models,
)

metadata = Base.metadata
