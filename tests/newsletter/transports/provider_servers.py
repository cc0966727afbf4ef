"""Local servers that speak the documented protocols of providers, errors included.

Each names its documentation, keeps what it took in `messages`, and says by `table` how a transport
is configured for it.
"""

import base64
import email
import email.policy
import hashlib
import hmac
from typing import Any, ClassVar
from urllib.parse import urlsplit

from api_server import Answer, ApiServer, Request, of_json

KEY = "key-of-the-tests"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


class ProviderServer(ApiServer):
    """What the servers of providers have in common."""

    kind: str
    wrong: dict[str, Any]
    """Options that the provider refuses us for."""
    per_call: int = 1
    is_idempotent = False
    carries_anything = False
    """Whether any message and any address is taken, as it is, from any sender."""
    needs_html = False
    """Whether a mail without an HTML part is refused."""
    lost_headers: frozenset[str] = frozenset()
    """Headers that it does not carry."""

    @property
    def table(self) -> dict[str, Any]:
        return {"api_key": KEY, "api_url": self.url}

    def take(self, request: Request) -> Answer:
        """A call whose answer is lost was worked on nevertheless."""
        told = super().take(request)
        if told.hang_up or told.silent:
            self.answer(request)
        return told


class SesServer(ProviderServer):
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html."""

    kind = "ses"
    wrong: ClassVar = {"secret_key": "not-the-secret"}

    @property
    def table(self) -> dict[str, Any]:
        keys = {"region": "eu-west-2", "access_key": "AKIDEXAMPLE", "secret_key": KEY}
        return {**keys, "api_url": self.url}

    def answer(self, request: Request) -> Answer:
        if not _is_signed(request, KEY):
            words = "The request signature we calculated does not match the signature you provided."
            return self._error("InvalidSignatureException", words, 403)
        if request.path != "/v2/email/outbound-emails":
            return self._error("NotFoundException", "no such path", 404)
        fields = request.json
        (recipient,) = fields["Destination"]["ToAddresses"]
        content = base64.b64decode(fields["Content"]["Raw"]["Data"], validate=True)
        if recipient.startswith("invalid@"):
            return self._error(
                "BadRequestException", "Local address contains control or whitespace"
            )
        if "unconfirmed" in str(_read(content)["From"]):
            return self._error("MessageRejected", "Email address is not verified.")
        self.messages.append((recipient, content))
        number = f"0100018ab-{len(self.messages):08}-000000"
        return of_json({"MessageId": number}, x_amzn_RequestId="c29bb9cc")

    @staticmethod
    def _error(kind: str, words: str, status: int = 400) -> Answer:
        return of_json({"message": words}, status, x_amzn_ErrorType=f"{kind}:http://aws/doc/")


class MailgunServer(ProviderServer):
    """https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages."""

    kind = "mailgun"
    wrong: ClassVar = {"api_key": "not-the-key"}

    @property
    def table(self) -> dict[str, Any]:
        return {**super().table, "domain": "mg.wexcombe.example"}

    def answer(self, request: Request) -> Answer:
        if request.headers.get("Authorization") != basic("api", KEY):
            return Answer(401, b"Forbidden")
        if request.path != "/v3/mg.wexcombe.example/messages.mime":
            return of_json({"message": "Domain not found: wexcombe.example"}, 404)
        fields = form(request)
        recipient, content = fields["to"].decode(), fields["message"]
        if recipient.startswith("invalid@"):
            words = "'to' parameter is not a valid address. please check documentation"
            return of_json({"message": words}, 400)
        if "unconfirmed" in str(_read(content)["From"]):
            return of_json({"message": "Domain is not allowed to send"}, 403)
        self.messages.append((recipient, content))
        number = f"<2026.{len(self.messages)}@mg.wexcombe.example>"
        return of_json({"id": number, "message": "Queued. Thank you."})


class SparkPostServer(ProviderServer):
    """https://developers.sparkpost.com/api/transmissions/."""

    kind = "sparkpost"
    wrong: ClassVar = {"api_key": "not-the-key"}

    def answer(self, request: Request) -> Answer:
        if request.headers.get("Authorization") != KEY:
            return of_json({"errors": [{"message": "Unauthorized."}]}, 401)
        if request.path != "/api/v1/transmissions":
            return of_json({"errors": [{"message": "Resource could not be found"}]}, 404)
        fields = request.json
        recipient = fields["recipients"][0]["address"]["email"]
        content = fields["content"]["email_rfc822"].encode()
        if recipient.startswith("invalid@"):
            error = {"message": "invalid data format/type", "code": "1300"}
            return self._error({**error, "description": "Invalid email address"}, 422)
        if "unconfirmed" in str(_read(content)["From"]):
            error = {"message": "Invalid domain", "code": "7001"}
            return self._error({**error, "description": "Unconfigured sending domain"}, 400)
        # Only transactional messages keep their own List-Unsubscribe, and only without
        # substitutions is the content as it was.
        assert fields["options"]["transactional"]
        assert not fields["options"]["perform_substitutions"]
        self.messages.append((recipient, content))
        results = {"total_rejected_recipients": 0, "total_accepted_recipients": 1}
        return of_json({"results": {**results, "id": f"116687874849505{len(self.messages)}"}})

    @staticmethod
    def _error(error: dict[str, str], status: int) -> Answer:
        return of_json({"errors": [error]}, status)


class HttpServer(ProviderServer):
    """A service that takes the calls of the transport `http`, as docs/transports.md has them."""

    kind = "http"
    wrong: ClassVar = {"secret": "whsec_" + base64.b64encode(b"x" * 32).decode()}
    per_call = 100
    is_idempotent = True
    carries_anything = True

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, Answer] = {}

    @property
    def table(self) -> dict[str, Any]:
        return {"secret": WEBHOOK_SECRET, "api_url": self.url + "/mails"}

    def answer(self, request: Request) -> Answer:
        given = {name.lower(): value for name, value in request.headers.items()}
        number = given["webhook-id"]
        signed = f"{number}.{given['webhook-timestamp']}.".encode() + request.body
        key = base64.b64decode(WEBHOOK_SECRET.removeprefix("whsec_"))
        digest = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        if given["webhook-signature"] != f"v1,{digest}":
            return of_json({"reason": "the signature is wrong"}, 401)
        if number not in self._seen:
            self._seen[number] = of_json({"results": [self._one(m) for m in request.json["mails"]]})
        return self._seen[number]

    def _one(self, fields: dict[str, str]) -> dict[str, Any]:
        content = base64.b64decode(fields["message"], validate=True)
        if fields["recipient"].startswith("invalid@"):
            return {"status": "refused", "reason": "no such mailbox", "about": "recipient"}
        self.messages.append((fields["recipient"], content))
        return {"status": "accepted", "id": str(len(self.messages))}


def _read(content: bytes) -> Any:
    return email.message_from_bytes(content, policy=email.policy.default)


def basic(name: str, word: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{word}".encode()).decode()


def form(request: Request) -> dict[str, bytes]:
    """The fields of multipart/form-data."""
    _, _, boundary = request.headers["Content-Type"].partition("boundary=")
    fields = {}
    for part in request.body.split(f"--{boundary}".encode())[1:-1]:
        head, _, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        fields[name] = value.removesuffix(b"\r\n")
    return fields


def _is_signed(request: Request, secret: str) -> bool:
    """Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html."""
    given = {name.lower(): " ".join(value.split()) for name, value in request.headers.items()}
    fields = dict(
        field.strip().split("=", 1)
        for field in given["authorization"].removeprefix("AWS4-HMAC-SHA256").split(",")
    )
    names = fields["SignedHeaders"].split(";")
    _, day, region, service, _ = fields["Credential"].split("/")
    assert (region, service) == ("eu-west-2", "ses")
    hashed = hashlib.sha256(request.body).hexdigest()
    canonical = "\n".join(
        [
            "POST",
            urlsplit(request.path).path,
            "",
            *(f"{name}:{given[name]}" for name in names),
            "",
            fields["SignedHeaders"],
            hashed,
        ]
    )
    scope = f"{day}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    signed = f"AWS4-HMAC-SHA256\n{given['x-amz-date']}\n{scope}\n{digest}"
    key = f"AWS4{secret}".encode()
    for step in scope.split("/"):
        key = hmac.digest(key, step.encode(), hashlib.sha256)
    return hmac.new(key, signed.encode(), hashlib.sha256).hexdigest() == fields["Signature"]
