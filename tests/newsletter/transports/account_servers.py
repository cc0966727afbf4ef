"""Local servers of the APIs by which providers are told where to call, as documented."""

import re
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from api_server import Answer, ApiServer, Request, of_json

RESEND_SECRET = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyBvbmx5IQ=="


class AccountServer(ApiServer):
    """Keeps what is registered.

    Attributes:
        kind: of the transport.
        table: its options besides api_url.
        fetched: options that registering gives.
    """

    kind: str
    table: ClassVar[dict[str, Any]] = {"api_key": "k"}
    fetched: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.registered: list[dict[str, Any]] = []

    @property
    def options(self) -> dict[str, Any]:
        return {**self.table, "api_url": self.url}

    def addresses(self) -> list[str]:
        """Where the provider calls, with the names of the events it tells there."""
        raise NotImplementedError

    def add(self, found: dict[str, Any]) -> dict[str, Any]:
        self.registered.append({"id": len(self.registered) + 1, **found})
        return self.registered[-1]

    def change(self, number: str, found: dict[str, Any]) -> dict[str, Any]:
        (one,) = [one for one in self.registered if str(one["id"]) == number]
        one.update(found)
        return one


class Listing(AccountServer):
    """A provider with a list of webhooks at one path."""

    path: str
    key: str
    """Where the list stands in the answer."""
    address: str
    """The field of the address."""

    def addresses(self) -> list[str]:
        return [one[self.address] for one in self.registered]

    def answer(self, request: Request) -> Answer:
        path = urlsplit(request.path).path
        if request.method == "GET" and path == self.path:
            return of_json({self.key: self.registered})
        if request.method == "POST" and path == self.path:
            return of_json(self.add(self.inside(request.json)), 201)
        if found := re.fullmatch(re.escape(self.path) + r"/(\d+)", path):
            if request.method == "GET":
                return of_json(self.change(found[1], {}))
            return of_json(self.change(found[1], self.inside(request.json)))
        return Answer(404)

    def inside(self, found: dict[str, Any]) -> dict[str, Any]:
        return found


class PostmarkAccount(Listing):
    """https://postmarkapp.com/developer/api/webhooks-api."""

    kind, path, key, address = "postmark", "/webhooks", "Webhooks", "Url"
    table: ClassVar = {"server_token": "t", "webhook_password": "of ours"}

    def inside(self, found: dict[str, Any]) -> dict[str, Any]:
        assert found["HttpAuth"] == {"Username": "newsletter", "Password": "of ours"}
        assert not found["Triggers"]["Open"]["Enabled"]
        assert not found["Triggers"]["Click"]["Enabled"]
        return {**found, "ID": max(len(self.registered), 1)}


class BrevoAccount(Listing):
    """https://developers.brevo.com/reference/create-webhook."""

    kind, path, key, address = "brevo", "/v3/webhooks", "webhooks", "url"
    table: ClassVar = {"api_key": "k", "webhook_password": "of-ours"}

    def addresses(self) -> list[str]:
        assert all("//newsletter:of-ours@" in one["url"] for one in self.registered)
        return [one["url"].replace("newsletter:of-ours@", "") for one in self.registered]

    def inside(self, found: dict[str, Any]) -> dict[str, Any]:
        assert not {"opened", "uniqueOpened", "click"} & set(found["events"])
        return found

    def answer(self, request: Request) -> Answer:
        if request.method == "GET" and not self.registered:
            return of_json({"code": "document_not_found", "message": "no webhooks"}, 404)
        return super().answer(request)


class SparkPostAccount(Listing):
    """https://developers.sparkpost.com/api/webhooks/."""

    kind, path, key, address = "sparkpost", "/api/v1/webhooks", "results", "target"
    table: ClassVar = {"api_key": "k", "webhook_password": "of ours"}

    def inside(self, found: dict[str, Any]) -> dict[str, Any]:
        assert found["auth_credentials"] == {"username": "newsletter", "password": "of ours"}
        assert not {"open", "initial_open", "click"} & set(found["events"])
        return found


class ResendAccount(Listing):
    """https://resend.com/docs/api-reference/webhooks/create-webhook."""

    kind, path, key, address = "resend", "/webhooks", "data", "endpoint"
    fetched: ClassVar = {"webhook_secret": RESEND_SECRET}

    def inside(self, found: dict[str, Any]) -> dict[str, Any]:
        assert not {"email.opened", "email.clicked"} & set(found["events"])
        return {**found, "signing_secret": RESEND_SECRET}


class MailtrapAccount(AccountServer):
    """https://docs.mailtrap.io/email-api-smtp/advanced/webhooks."""

    kind = "mailtrap"
    table: ClassVar = {"api_token": "t"}
    fetched: ClassVar = {"webhook_secret": "of-theirs"}

    @property
    def options(self) -> dict[str, Any]:
        return {**super().options, "account_url": self.url}

    def addresses(self) -> list[str]:
        return [one["url"] for one in self.registered]

    def answer(self, request: Request) -> Answer:
        if request.method == "GET":
            return of_json({"data": self.registered})
        if request.method == "DELETE":
            number = int(request.path.rpartition("/")[2])
            self.registered = [one for one in self.registered if one["id"] != number]
            return Answer(204)
        made = self.add(request.json["webhook"])
        assert not {"open", "click"} & set(made["event_types"])
        return of_json({"data": {**made, "signing_secret": "of-theirs"}}, 201)


class SendGridAccount(AccountServer):
    """https://www.twilio.com/docs/sendgrid/api-reference/webhooks."""

    kind = "sendgrid"
    fetched: ClassVar = {"webhook_public_key": "key-of-theirs"}

    def addresses(self) -> list[str]:
        assert all(one["signed"] for one in self.registered)
        return [one["url"] for one in self.registered]

    def answer(self, request: Request) -> Answer:
        base = "/v3/user/webhooks/event/settings"
        if request.path == f"{base}/all":
            return of_json({"max_allowed": 5, "webhooks": self.registered})
        found, number = request.json, request.path.rpartition("/")[2]
        if request.path == f"{base}/signed/{number}" and request.method == "PATCH":
            self.change(number, {"signed": found["enabled"]})
            return of_json({"id": number, "public_key": "key-of-theirs"})
        assert not any(found[name] for name in ("open", "click"))
        if request.path == base and request.method == "POST":
            return of_json(self.add(found), 201)
        return of_json(self.change(number, found))


class MailgunAccount(AccountServer):
    """https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/domain-webhooks."""

    kind = "mailgun"
    table: ClassVar = {"api_key": "k", "domain": "mg.x.example"}
    fetched: ClassVar = {"webhook_signing_key": "key-of-theirs"}

    def __init__(self) -> None:
        super().__init__()
        self.urls: dict[str, list[str]] = {"delivered": ["https://others.example/hook"]}

    def addresses(self) -> list[str]:
        assert "opened" not in self.urls
        assert "https://others.example/hook" in self.urls["delivered"]
        return sorted({url for urls in self.urls.values() for url in urls if "others" not in url})

    def answer(self, request: Request) -> Answer:
        base = "/v3/domains/mg.x.example/webhooks"
        if request.path == "/v5/accounts/http_signing_key":
            return of_json({"message": "success", "http_signing_key": "key-of-theirs"})
        if request.method == "GET":
            return of_json({"webhooks": {name: {"urls": urls} for name, urls in self.urls.items()}})
        form = parse_qs(request.body.decode())
        name = form["id"][0] if request.path == base else request.path.removeprefix(f"{base}/")
        if (request.method == "POST") == (name in self.urls):
            return of_json({"message": "Webhook already exists"}, 400)
        self.urls[name] = form["url"]
        return of_json({"message": "Webhook has been created"})


class MailjetAccount(AccountServer):
    """https://dev.mailjet.com/email/reference/webhook/."""

    kind = "mailjet"
    table: ClassVar = {
        "api_key": "k",
        "secret_key": "s",
        "without_list_id": True,
        "webhook_password": "of-ours",
    }

    def addresses(self) -> list[str]:
        assert not {"open", "click"} & {one["EventType"] for one in self.registered}
        return sorted({one["Url"].replace("newsletter:of-ours@", "") for one in self.registered})

    def answer(self, request: Request) -> Answer:
        if request.method == "GET":
            return of_json({"Count": len(self.registered), "Data": self.registered})
        if request.method == "PUT":
            return of_json({"Data": [self.change(request.path.rpartition("/")[2], request.json)]})
        kinds = {one["EventType"] for one in self.registered}
        if request.json["EventType"] in kinds:
            return of_json({"ErrorMessage": "already exists"}, 400)
        number = len(self.registered) + 1
        return of_json({"Data": [self.add({**request.json, "ID": number})]}, 201)


class SesAccount(AccountServer):
    """SES's event destinations and SNS's Subscribe."""

    kind = "ses"
    table: ClassVar = {
        "region": "eu-west-2",
        "access_key": "AKIDEXAMPLE",
        "secret_key": "s",
        "configuration_set": "news",
        "topic_arn": "arn:aws:sns:eu-west-2:123456789012:newsletter",
    }

    def __init__(self) -> None:
        super().__init__()
        self.subscribed: set[str] = set()

    def addresses(self) -> list[str]:
        (destination,) = self.registered
        told = destination["EventDestination"]["MatchingEventTypes"]
        assert not {"OPEN", "CLICK"} & set(told)
        return sorted(self.subscribed)

    def answer(self, request: Request) -> Answer:
        service = "sns" if request.path == "/" else "ses"
        assert f"/eu-west-2/{service}/aws4_request" in request.headers["Authorization"]
        if service == "sns":
            form = parse_qs(request.body.decode())
            assert form["TopicArn"] == [self.table["topic_arn"]]
            self.subscribed |= set(form["Endpoint"])
            return Answer(200, b"<SubscribeResponse/>")
        base = "/v2/email/configuration-sets/news/event-destinations"
        if request.path == base and self.registered:
            return of_json({"message": "exists"}, 400, x_amzn_ErrorType="AlreadyExistsException")
        if request.path == base:
            self.add(request.json)
        else:
            assert request.method == "PUT"
            self.registered[0].update(request.json)
        return of_json({})


class ScalewayAccount(AccountServer):
    """Scaleway's domains and webhooks, and the Subscribe of its topics."""

    kind = "scaleway"
    table: ClassVar = {
        "secret_key": "k",
        "project_id": "p",
        "domain": "x.example",
        "topic_arn": "arn:scw:sns:fr-par:project-p:newsletter",
        "topic_access_key": "AKIDEXAMPLE",
        "topic_secret_key": "s",
    }

    def __init__(self) -> None:
        super().__init__()
        self.subscribed: set[str] = set()

    def addresses(self) -> list[str]:
        (webhook,) = self.registered
        assert webhook["sns_arn"] == self.table["topic_arn"]
        assert "email_queued" not in webhook["event_types"]
        return sorted(self.subscribed)

    def answer(self, request: Request) -> Answer:
        path = urlsplit(request.path).path
        base = "/transactional-email/v1alpha1/regions/fr-par"
        if path == "/":
            assert "/fr-par/sns/aws4_request" in request.headers["Authorization"]
            form = parse_qs(request.body.decode())
            assert form["TopicArn"] == [self.table["topic_arn"]]
            self.subscribed |= set(form["Endpoint"])
            return Answer(200, b"<SubscribeResponse/>")
        assert request.headers["X-Auth-Token"] == "k"
        if path == f"{base}/domains":
            return of_json({"domains": [{"id": "d1", "name": "x.example"}], "total_count": 1})
        if request.method == "GET":
            return of_json({"webhooks": self.registered, "total_count": len(self.registered)})
        if request.method == "PATCH":
            return of_json(self.change(path.rpartition("/")[2], request.json))
        # "You can create only one webhook per domain."
        assert not self.registered
        assert request.json["domain_id"] == "d1"
        return of_json(self.add(request.json))


ACCOUNTS: dict[str, Callable[[], AccountServer]] = {
    made.kind: made
    for made in (
        PostmarkAccount,
        BrevoAccount,
        SparkPostAccount,
        ResendAccount,
        MailtrapAccount,
        SendGridAccount,
        MailgunAccount,
        MailjetAccount,
        SesAccount,
        ScalewayAccount,
    )
}
