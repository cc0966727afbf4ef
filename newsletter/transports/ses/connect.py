"""Has SES publish its events to the SNS topic, and the topic call our address.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateConfigurationSetEventDestination.html,
https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
"""

from newsletter.transports.api.account import Account, ConnectFailed, WebhookRegistration
from newsletter.transports.api.sns import subscription
from newsletter.transports.ses.signing import signer
from newsletter.transports.ses.transport import SesOptions

_NAME = "newsletter"
_TOLD = (
    "BOUNCE", "COMPLAINT", "DELIVERY", "DELIVERY_DELAY", "REJECT", "RENDERING_FAILURE",
    "SUBSCRIPTION",
)  # fmt: skip


def connect(options: SesOptions, account: Account, address: str) -> WebhookRegistration:
    """An event destination of the configuration set, and a subscription of the topic.

    Raises:
        ConnectFailed: the configuration set or the topic is not named yet.
    """
    if not (options.configuration_set and options.topic_arn):
        raise ConnectFailed(
            "make a configuration set in SES and a standard topic in SNS, and name them in "
            "configuration_set and topic_arn first"
        )
    host = options.api_url or f"https://email.{options.region}.amazonaws.com"
    url = f"{host}/v2/email/configuration-sets/{options.configuration_set}/event-destinations"
    destination = {
        "Enabled": True,
        "MatchingEventTypes": list(_TOLD),
        "SnsDestination": {"TopicArn": options.topic_arn},
    }
    # 400 with AlreadyExistsException.
    named = {"EventDestinationName": _NAME, "EventDestination": destination}
    if account.call("POST", url, named, missing=(400, 409)) is None:
        account.call("PUT", f"{url}/{_NAME}", {"EventDestination": destination})
    sns = options.api_url or f"https://sns.{options.region}.amazonaws.com"
    form = subscription(options.topic_arn, address)
    account.call("POST", f"{sns}/", form=form, auth=signer(options, "sns"))
    return WebhookRegistration(
        done=(
            f"the configuration set {options.configuration_set} publishes {', '.join(_TOLD)}",
            f"the topic calls {address}, which confirms it by itself",
        )
    )
