"""Amazon SES transport: each mail whole, by one SendEmail call of the API's version 2.

SendBulkEmail takes templates, and says of a mail that its template made wrongly nothing at the
call, so it is not used. SES writes Date and Message-ID anew and is the envelope sender; its events
name our Message-ID. https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html,
quotas: https://docs.aws.amazon.com/ses/latest/dg/quotas.html
"""

import base64
import json
import re
from collections.abc import Sequence
from typing import Annotated, Literal

import requests
from pydantic import (
    BaseModel,
    Field,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from newsletter.config.kinds import OneLine
from newsletter.transports.api.answers import (
    ApiResponse,
    CallOutcomes,
    by_status,
    deferred,
    each,
    field,
    line,
    refused_alone,
    wait_of,
)
from newsletter.transports.api.calls import Call
from newsletter.transports.api.message import refuse_own_signature
from newsletter.transports.api.options import ApiAddress, ApiOptions
from newsletter.transports.api.provider import EncodedMail, Limits, Provider
from newsletter.transports.api.session import ApiTransport
from newsletter.transports.base import Accepted, Mail
from newsletter.transports.ses.signing import has_botocore, signer

# https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html (mailbox simulator)
_SIMULATOR = "success+{key}@simulator.amazonses.com"
# "Maximum sending rate exceeded", "Daily message quota exceeded".
_TOO_MUCH = frozenset(
    {"TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling"}
)
_BAD_ADDRESS = re.compile(
    r"illegal address|(local|domain) address contains|domain (name )?contains"
    r"|missing (final|local|start)|invalid (domain|local) name|invalid (to|destination) address",
    re.IGNORECASE,
)


class SesOptions(ApiOptions):
    """An account at Amazon SES."""

    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")] = Field(
        examples=["eu-west-2"], description='Region of AWS, such as "eu-west-2"'
    )
    secret_key: SecretStr = Field(SecretStr(""), description="Secret of access_key")
    access_key: OneLine = Field(
        "",
        validate_default=True,
        description="ID of an access key that may call ses:SendRawEmail; empty: credentials of the "
        "environment, a profile or the machine's role, found by botocore",
    )
    session_token: SecretStr = Field(
        SecretStr(""),
        description="Token of a temporary access key; empty: the key is a lasting one",
    )
    configuration_set: OneLine = Field(
        "", description="Configuration set, whose events tell of bounces; empty: the identity's"
    )
    topic_arn: OneLine = Field(
        "", description="ARN of the SNS topic of its events; empty: none are taken"
    )
    simulator: bool = Field(
        False, description="true: mail goes to the mailbox simulator in place of its recipients"
    )
    api_url: ApiAddress | Literal[""] = Field(
        "", description="Address of the API; empty: that of the region"
    )

    @field_validator("access_key")
    @classmethod
    def _can_sign(cls, key: str, info: ValidationInfo) -> str:
        secret = info.data.get("secret_key")
        if bool(key) != bool(secret is None or secret.get_secret_value()):
            raise ValueError("access_key and secret_key go together; give both or neither")
        if not key and not has_botocore():
            raise ValueError(
                "write access_key and secret_key, or install botocore, which finds the credentials "
                "of this machine: pip install botocore"
            )
        return key


class Ses(Provider):
    """SES: one mail a call."""

    name = "Amazon SES"
    check = "check the access key, the verified identities, the configuration set and the account"
    # "Maximum message size: 40 MB per message (after base64 encoding)".
    limits = Limits(mails=1, call_bytes=41_000_000, mail_bytes=40_000_000)

    def __init__(self, options: SesOptions) -> None:
        super().__init__(options)
        host = options.api_url or f"https://email.{options.region}.amazonaws.com"
        self.url = f"{host}/v2/email/outbound-emails"

    def sign_in(self, http: requests.Session) -> None:
        http.auth = signer(self.options, "ses")

    def encode(self, mail: Mail) -> bytes:
        refuse_own_signature(mail.content, self.name)
        to = _SIMULATOR.format(key=mail.key) if self.options.simulator else mail.recipient
        fields = {
            "Destination": {"ToAddresses": [to]},
            "Content": {"Raw": {"Data": base64.b64encode(mail.content).decode()}},
        }
        if self.options.configuration_set:
            fields["ConfigurationSetName"] = self.options.configuration_set
        return json.dumps(fields).encode()

    def call(self, entries: Sequence[EncodedMail]) -> Call:
        return Call(url=self.url, body=entries[0].body)

    def read(self, reply: ApiResponse, entries: Sequence[EncodedMail]) -> CallOutcomes:
        body, kind = reply.json, reply.headers.get("x-amzn-ErrorType", "").partition(":")[0]
        if reply.status == 200 and field(body, "MessageId"):
            return each([Accepted(response=f"MessageId {line(body['MessageId'])}")])
        words = f"{kind} {line(field(body, 'message') or field(body, 'Message'))}".strip()
        if kind in _TOO_MUCH:
            return deferred(1, f"HTTP {reply.status} {words}", wait_of(reply))
        if kind == "BadRequestException" and _BAD_ADDRESS.search(words):
            return refused_alone(words)
        return by_status(reply, 1, words)


class Transport(ApiTransport):
    """Amazon SES in one region."""

    Options: type[BaseModel] = SesOptions
    provider = Ses
