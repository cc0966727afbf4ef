"""Has Scaleway publish a domain's events to a topic, and the topic call our address.

https://www.scaleway.com/en/docs/transactional-email/api-cli/use-webhooks-with-sns-topics/
"""

from requests_aws4auth import AWS4Auth

from newsletter.transports.api.account import Account, ConnectFailed, WebhookRegistration
from newsletter.transports.api.answers import field
from newsletter.transports.api.sns import subscription
from newsletter.transports.scaleway.transport import ScalewayOptions, address_of

_TOLD = (
    "email_delivered", "email_deferred", "email_dropped", "email_spam",
    "email_mailbox_not_found", "email_blocklisted",
)  # fmt: skip
_NEEDED = ("domain", "topic_arn", "topic_access_key", "topic_secret_key")


def connect(options: ScalewayOptions, account: Account, address: str) -> WebhookRegistration:
    """The webhook of the domain, of which there is one, and a subscription of the topic.

    Raises:
        ConnectFailed: domain or topic are not named yet, or the domain is not the project's.
    """
    if not all((options.domain, options.topic_arn, options.topic_access_key)):
        raise ConnectFailed(
            "make a topic and credentials in Topics and Events, and name them and the domain in "
            f"{', '.join(_NEEDED)} first"
        )
    base, project = address_of(options), options.project_id
    answer = account.call("GET", f"{base}/domains?project_id={project}&name={options.domain}")
    numbers = [one["id"] for one in field(answer, "domains") or [] if one["name"] == options.domain]
    if not numbers:
        raise ConnectFailed(f"the project {project} has no domain {options.domain}")
    webhook = {
        "name": "newsletter",
        "event_types": list(_TOLD),
        "sns_arn": options.topic_arn,
    }
    webhooks = field(account.call("GET", f"{base}/webhooks?domain_id={numbers[0]}"), "webhooks")
    if webhooks:
        account.call("PATCH", f"{base}/webhooks/{webhooks[0]['id']}", webhook)
    else:
        created = {**webhook, "domain_id": numbers[0], "project_id": project}
        account.call("POST", f"{base}/webhooks", created)
    _subscribe(options, account, address)
    return WebhookRegistration(
        done=(
            f"the domain {options.domain} publishes {', '.join(_TOLD)}",
            f"the topic calls {address}, which confirms it by itself",
        )
    )


def _subscribe(options: ScalewayOptions, account: Account, address: str) -> None:
    is_local = options.api_url != ScalewayOptions.model_fields["api_url"].default
    host = options.api_url if is_local else f"https://sns.mnq.{options.region}.scaleway.com"
    secret = options.topic_secret_key.get_secret_value()
    account.call(
        "POST",
        f"{host}/",
        form=subscription(options.topic_arn, address),
        auth=AWS4Auth(options.topic_access_key, secret, options.region, "sns"),
    )
