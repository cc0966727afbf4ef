"""Local servers of providers that take fields in place of messages; as in provider_servers."""

import re
from typing import Any, ClassVar
from uuid import UUID

from api_server import Answer, Request, of_json
from provider_servers import KEY, ProviderServer, basic


def shown(fields: dict[str, Any], *, address: str = "email", name: str = "name") -> str:
    """A mailbox of an API's fields, as a header has it."""
    return f"{fields[name]} <{fields[address]}>" if fields.get(name) else str(fields[address])


class SendGridServer(ProviderServer):
    """https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send."""

    kind = "sendgrid"
    wrong: ClassVar = {"api_key": "not-the-key"}
    reserved = frozenset({"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type"}) | {
        "content-transfer-encoding", "to", "from", "subject", "reply-to", "cc", "bcc",
    }  # fmt: skip

    def answer(self, request: Request) -> Answer:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            words = "The provided authorization grant is invalid, expired, or revoked"
            return self._error(401, words)
        if request.path != "/v3/mail/send":
            return Answer(404)
        fields = request.json
        (person,) = fields["personalizations"]
        (to,) = person["to"]
        if to["email"].startswith("invalid@"):
            words = "Does not contain a valid address."
            return self._error(400, words, "personalizations.0.to.0.email")
        if "unconfirmed" in fields["from"]["email"]:
            words = "The from address does not match a verified Sender Identity."
            return self._error(403, words, "from")
        assert not self.reserved & {name.lower() for name in fields["headers"]}
        if fields.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return Answer(200)
        text, *_ = [part["value"] for part in fields["content"] if part["type"] == "text/plain"]
        mail = (to["email"], shown(fields["from"]), fields["subject"], text, fields["headers"])
        self.messages.append(mail)
        return Answer(202, headers={"X-Message-Id": f"dg6Q-{len(self.messages)}"})

    @staticmethod
    def _error(status: int, words: str, field: str | None = None) -> Answer:
        return of_json({"errors": [{"message": words, "field": field, "help": None}]}, status)


class BrevoServer(ProviderServer):
    """https://developers.brevo.com/reference/send-transac-email."""

    kind = "brevo"
    wrong: ClassVar = {"api_key": "not-the-key"}
    is_idempotent = True
    needs_html = True

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[str] = set()

    def answer(self, request: Request) -> Answer:
        if request.headers.get("api-key") != KEY:
            return of_json({"code": "unauthorized", "message": "Key not found"}, 401)
        if request.path != "/v3/smtp/email":
            return Answer(404)
        fields = request.json
        (to,) = fields["to"]
        if to["email"].startswith("invalid@"):
            return self._error("invalid_parameter", "email is not valid in to")
        if "unconfirmed" in fields["sender"]["email"]:
            return self._error("invalid_parameter", "valid sender email required")
        if not fields.get("htmlContent"):
            return self._error("missing_parameter", "htmlContent is missing")
        headers = {name.title(): value for name, value in fields["headers"].items()}
        key = headers.pop("Idempotencykey")
        assert UUID(key).version == 4
        if key in self._seen:
            return self._error("duplicate_parameter", "idempotencyKey is used already")
        self._seen.add(key)
        if headers.get("X-Sib-Sandbox") != "drop":
            text = fields.get("textContent", "")
            sender = shown(fields["sender"])
            self.messages.append((to["email"], sender, fields["subject"], text, headers))
        number = f"<2026.{len(self._seen)}@smtp-relay.mailin.fr>"
        return of_json({"messageId": number}, 201)

    @staticmethod
    def _error(code: str, words: str) -> Answer:
        return of_json({"code": code, "message": words}, 400)


class ResendServer(ProviderServer):
    """https://resend.com/docs/api-reference/emails/send-batch-emails, permissive validation."""

    kind = "resend"
    wrong: ClassVar = {"api_key": "not-the-key"}
    per_call = 100
    is_idempotent = True

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, Answer] = {}

    def answer(self, request: Request) -> Answer:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return self._error(403, "invalid_api_key", "API key is invalid.")
        if request.path not in {"/emails", "/emails/batch"}:
            return self._error(404, "not_found", "The requested endpoint does not exist.")
        found = request.json
        if "attachments" in str(found) and request.path == "/emails/batch":
            return self._error(422, "validation_error", "attachments are not supported")
        key = request.headers["Idempotency-Key"]
        assert len(key) <= 256
        if key not in self._seen:
            is_batch = request.path == "/emails/batch"
            self._seen[key] = self._batch(found) if is_batch else self._single(found)
        return self._seen[key]

    def _batch(self, mails: list[dict[str, Any]]) -> Answer:
        errors = [
            {"index": index, "message": words}
            for index, mail in enumerate(mails)
            if (words := self._problem(mail))
        ]
        taken = [self._taken(mail) for mail in mails if not self._problem(mail)]
        return of_json({"data": taken, **({"errors": errors} if errors else {})})

    def _single(self, mail: dict[str, Any]) -> Answer:
        if words := self._problem(mail):
            return self._error(422, "validation_error", words)
        return of_json(self._taken(mail))

    @staticmethod
    def _problem(mail: dict[str, Any]) -> str:
        if mail["to"][0].startswith("invalid@"):
            return "Invalid `to` field. The email address needs to follow the `email@example.com`."
        return "Invalid `from` field." if "unconfirmed" in mail["from"] else ""

    def _taken(self, mail: dict[str, Any]) -> dict[str, str]:
        for tag in mail.get("tags", ()):
            assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", tag["value"])
        (to,), text = mail["to"], mail.get("text", "")
        self.messages.append((to, mail["from"], mail["subject"], text, mail["headers"]))
        return {"id": f"ae2014de-c168-4c61-8267-{len(self.messages):012}"}

    @staticmethod
    def _error(status: int, name: str, words: str) -> Answer:
        return of_json({"statusCode": status, "name": name, "message": words}, status)


class MailjetServer(ProviderServer):
    """https://dev.mailjet.com/email/guides/send-api-v31/."""

    kind = "mailjet"
    wrong: ClassVar = {"secret_key": "not-the-key"}
    per_call = 50
    lost_headers = frozenset({"Message-ID", "List-Id"})
    # "List of forbidden headers", those that a newsletter might have.
    forbidden = frozenset({"from", "sender", "subject", "to", "cc", "bcc", "return-path"}) | {
        "dkim-signature", "received", "user-agent", "x-mailer", "list-id", "date", "message-id",
        "x-feedback-id", "x-csa-complaints",
    }  # fmt: skip

    @property
    def table(self) -> dict[str, Any]:
        keys = {"api_key": "name-of-the-key", "secret_key": KEY}
        return {**keys, "without_list_id": True, "api_url": self.url}

    def answer(self, request: Request) -> Answer:
        if request.headers.get("Authorization") != basic("name-of-the-key", KEY):
            words = "API key authentication/authorization failure."
            error = {"ErrorIdentifier": "06df1144", "ErrorCode": "mj-0015", "StatusCode": 401}
            return of_json({**error, "ErrorMessage": words}, 401)
        if request.path != "/v3.1/send":
            return Answer(404)
        found = request.json
        assert len(found["Messages"]) <= self.per_call
        items = [self._one(m, is_sent="SandboxMode" not in found) for m in found["Messages"]]
        is_whole = all(item["Status"] == "success" for item in items)
        return of_json({"Messages": items}, 200 if is_whole else 400)

    def _one(self, fields: dict[str, Any], *, is_sent: bool) -> dict[str, Any]:
        (to,) = fields["To"]
        if to["Email"].startswith("invalid@"):
            return self._error(
                "mj-0013", 400, f'"{to["Email"]}" is an invalid email.', "To[0].Email"
            )
        if "unconfirmed" in fields["From"]["Email"]:
            return self._error("send-0008", 403, "The sender is not authorized.", "From")
        for name in fields["Headers"]:
            if name.lower() in self.forbidden:
                return self._error(
                    "send-0011", 400, "Header cannot be customized.", f'Headers["{name}"]'
                )
        if is_sent:
            sender = shown(fields["From"], address="Email", name="Name")
            text = fields.get("TextPart", "")
            mail = (to["Email"], sender, fields["Subject"], text, fields["Headers"])
            self.messages.append(mail)
        number = 20547681647433000 + len(self.messages) if is_sent else 0
        return {"Status": "success", "To": [{"Email": to["Email"], "MessageID": number}]}

    @staticmethod
    def _error(code: str, status: int, words: str, about: str) -> dict[str, Any]:
        error = {"ErrorCode": code, "StatusCode": status, "ErrorMessage": words}
        return {"Status": "error", "Errors": [{**error, "ErrorRelatedTo": [about]}]}


class MailtrapServer(ProviderServer):
    """https://docs.mailtrap.io/developers/email-sending/bulk, batches."""

    kind = "mailtrap"
    wrong: ClassVar = {"api_token": "not-the-token"}
    per_call = 500

    @property
    def table(self) -> dict[str, Any]:
        return {"api_token": KEY, "api_url": self.url}

    def answer(self, request: Request) -> Answer:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return of_json({"success": False, "errors": ["Unauthorized"]}, 401)
        if not request.path.startswith("/api/batch"):
            return Answer(404)
        found = request.json["requests"]
        assert len(found) <= self.per_call
        return of_json({"success": True, "responses": [self._one(fields) for fields in found]})

    def _one(self, fields: dict[str, Any]) -> dict[str, Any]:
        (to,) = fields["to"]
        if to["email"].startswith("invalid@"):
            return {"success": False, "errors": ["'to' address is invalid"]}
        if "unconfirmed" in fields["from"]["email"]:
            return {"success": False, "errors": ["'from' domain is not verified"]}
        text, sender = fields.get("text", ""), shown(fields["from"])
        self.messages.append((to["email"], sender, fields["subject"], text, fields["headers"]))
        return {"success": True, "message_ids": [f"0c7fd939-{len(self.messages)}"]}


class ScalewayServer(ProviderServer):
    """https://www.scaleway.com/en/developers/api/transactional-email/#path-emails-send-an-email."""

    kind = "scaleway"
    wrong: ClassVar = {"secret_key": "not-the-key"}
    project = "8b512135-9f5f-42b3-a900-9fdf0195b563"

    @property
    def table(self) -> dict[str, Any]:
        return {"secret_key": KEY, "project_id": self.project, "api_url": self.url}

    def answer(self, request: Request) -> Answer:
        if request.headers.get("X-Auth-Token") != KEY:
            found = {"type": "denied_authentication", "method": "api_key", "reason": "not_found"}
            return of_json({**found, "message": "authentication is denied"}, 401)
        if request.path != "/transactional-email/v1alpha1/regions/fr-par/emails":
            return Answer(404)
        fields = request.json
        assert fields["project_id"] == self.project
        (to,) = fields["to"]
        if to["email"].startswith("invalid@"):
            return self._invalid("to[0].email", "email is not valid")
        if "unconfirmed" in fields["from"]["email"]:
            return self._invalid("from.email", "domain is not checked")
        headers = {one["key"]: one["value"] for one in fields["additional_headers"]}
        text, sender = fields["text"], shown(fields["from"])
        self.messages.append((to["email"], sender, fields["subject"], text, headers))
        number = f"655c27f2-b2a3-4a9f-8e1f-{len(self.messages):012}"
        email = {"id": number, "rcpt_to": to["email"], "status": "new", "try_count": 0}
        return of_json({"emails": [email]})

    @staticmethod
    def _invalid(name: str, help_message: str) -> Answer:
        detail = {"argument_name": name, "reason": "constraint", "help_message": help_message}
        kind = {"type": "invalid_arguments", "message": "invalid argument(s)"}
        return of_json({**kind, "details": [detail]}, 400)
