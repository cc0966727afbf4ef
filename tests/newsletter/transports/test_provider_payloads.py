"""What single providers are given: options of theirs, trials, and what they cannot carry."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from api_server import Answer, of_json
from field_servers import (
    BrevoServer,
    MailjetServer,
    MailtrapServer,
    ResendServer,
    ScalewayServer,
    SendGridServer,
)
from outcome_recorder import OutcomeRecorder, mail, message
from peers import with_html
from provider_servers import MailgunServer, ProviderServer, SesServer, SparkPostServer, form

from newsletter.errors import ConfigurationError
from newsletter.transports.base import Deferred, Mail, Outcome, Refused
from newsletter.transports.verdicts import Verdict

Load = Callable[..., Any]
ID = "<1.abbey@wexcombe.example>"
PICTURE = (
    b"Content-Type: image/png\r\nContent-ID: <crest@x>\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n"
)


@pytest.fixture
def sent(load: Load) -> Callable[..., ProviderServer]:
    """Sends one mail to a new server, which has stopped when it is given."""

    def sent(
        kind: type[ProviderServer], what: Mail | None = None, **options: Any
    ) -> ProviderServer:
        with kind() as server:
            table = {**server.table, **options}
            with load(kind.kind, **table).open() as session:
                session.send([what or with_html(mail())], OutcomeRecorder())
        return server

    return sent


Sent = Callable[..., ProviderServer]


@pytest.fixture
def unsupported(load: Load) -> Callable[..., str]:
    """Why one mail cannot be carried."""

    def unsupported(kind: type[ProviderServer], what: Mail, **options: Any) -> str:
        ledger = OutcomeRecorder()
        with kind() as server, load(kind.kind, **server.table, **options).open() as session:
            session.send([what], ledger)
        return ledger.unsupported[what.key]

    return unsupported


Why = Callable[..., str]


def with_picture() -> Mail:
    inside = with_html(mail()).content
    head, _, body = inside.partition(b"\r\nContent-Type: multipart/alternative")
    content = (
        head + b"\r\nContent-Type: multipart/related; boundary=outer\r\n\r\n--outer\r\n"
        b"Content-Type: multipart/alternative" + body + b"--outer\r\n" + PICTURE + b"--outer--\r\n"
    )
    return mail(content=content)


def with_head(head: bytes) -> Mail:
    return with_html(mail(content=head + message()))


class TestTrials:
    """Nobody is mailed where the provider has a way to try it."""

    def test_ses_mails_its_simulator(self, sent: Sent) -> None:
        server = sent(SesServer, simulator=True)
        assert server.messages[0][0] == "success+1@simulator.amazonses.com"

    def test_mailgun_is_told_that_it_is_a_test(self, sent: Sent) -> None:
        fields = form(sent(MailgunServer, test_mode=True).requests[0])
        assert fields["o:testmode"] == b"yes"

    def test_sparkpost_mails_its_sink(self, sent: Sent) -> None:
        server = sent(SparkPostServer, sink=True)
        assert server.messages[0][0] == "ada@wexcombe.example.sink.sparkpostmail.com"

    @pytest.mark.parametrize("kind", [SendGridServer, BrevoServer, MailjetServer])
    def test_a_sandbox_takes_the_mail_and_sends_nothing(
        self, sent: Sent, kind: type[ProviderServer]
    ) -> None:
        server = sent(kind, sandbox=True)
        assert len(server.requests) == 1
        assert not server.messages

    def test_mailtrap_gives_it_to_the_inbox(self, sent: Sent) -> None:
        server = sent(MailtrapServer, sandbox_inbox=4711)
        assert server.requests[0].path == "/api/batch/4711"


class TestTracking:
    """Opens and clicks are refused in every mail that can refuse them."""

    def test_mailgun_counts_neither(self, sent: Sent) -> None:
        assert form(sent(MailgunServer).requests[0])["o:tracking"] == b"no"

    def test_sendgrid_counts_neither_and_adds_no_links(self, sent: Sent) -> None:
        found = sent(SendGridServer).requests[0].json["tracking_settings"]
        assert not any(setting["enable"] for setting in found.values())

    def test_mailjet_counts_neither(self, sent: Sent) -> None:
        (found,) = sent(MailjetServer).requests[0].json["Messages"]
        assert (found["TrackOpens"], found["TrackClicks"]) == ("disabled", "disabled")

    def test_sparkpost_counts_neither(self, sent: Sent) -> None:
        found = sent(SparkPostServer).requests[0].json["options"]
        assert (found["open_tracking"], found["click_tracking"]) == (False, False)


class TestReference:
    """Our Message-ID goes along where events will bring it back."""

    def test_sendgrid_has_it_as_an_argument(self, sent: Sent) -> None:
        (person,) = sent(SendGridServer).requests[0].json["personalizations"]
        assert person["custom_args"] == {"newsletter_message_id": ID}

    def test_brevo_has_it_in_its_own_header(self, sent: Sent) -> None:
        assert sent(BrevoServer).requests[0].json["headers"]["X-Mailin-custom"] == ID

    def test_resend_has_it_as_a_tag(self, sent: Sent) -> None:
        (found,) = sent(ResendServer).requests[0].json
        (tag,) = found["tags"]
        padded = tag["value"] + "=" * (-len(tag["value"]) % 4)
        assert base64.urlsafe_b64decode(padded).decode() == ID

    def test_mailjet_has_it_as_the_payload_of_events(self, sent: Sent) -> None:
        (found,) = sent(MailjetServer).requests[0].json["Messages"]
        assert found["EventPayload"] == ID

    def test_sparkpost_and_mailtrap_have_it_as_metadata(self, sent: Sent) -> None:
        assert sent(SparkPostServer).requests[0].json["metadata"] == {"message_id": ID}
        (found,) = sent(MailtrapServer).requests[0].json["requests"]
        assert found["custom_variables"] == {"message_id": ID}

    def test_scaleway_has_it_in_its_own_header(self, sent: Sent) -> None:
        found = sent(ScalewayServer).requests[0].json["additional_headers"]
        assert {"key": "X-Newsletter-Message-ID", "value": ID} in found


class TestScaleway:
    @pytest.fixture
    def outcome(self, load: Load) -> Callable[[Answer], Outcome]:
        """The outcome of a mail that is answered so."""

        def outcome(answer: Answer) -> Outcome:
            ledger = OutcomeRecorder()
            with ScalewayServer() as server, load("scaleway", **server.table).open() as session:
                server.answers = [answer]
                session.send([with_html(mail())], ledger)
            return ledger.outcomes[1]

        return outcome

    def test_a_subject_that_is_too_short_fails_alone(
        self, outcome: Callable[[Answer], Outcome]
    ) -> None:
        detail = {"argument_name": "subject", "help_message": "at least 10 characters"}
        answer = of_json({"type": "invalid_arguments", "details": [detail]}, 400)
        found = outcome(answer)
        assert isinstance(found, Refused)
        assert found.about is Verdict.ERROR
        assert "at least 10 characters" in found.response

    def test_a_quota_that_is_used_up_defers(self, outcome: Callable[[Answer], Outcome]) -> None:
        detail = {"resource": "EmailsPerMonth", "quota": 10_000, "current": 10_000}
        found = outcome(of_json({"type": "quotas_exceeded", "details": [detail]}, 403))
        assert isinstance(found, Deferred)
        assert "EmailsPerMonth: 10000" in found.response


class TestUnsupported:
    def test_brevo_takes_no_mail_without_html(self, unsupported: Why) -> None:
        assert "HTML part" in unsupported(BrevoServer, mail())

    def test_brevo_takes_headers_in_ascii_only(self, unsupported: Why) -> None:
        assert "X-Town" in unsupported(BrevoServer, with_head(b"X-Town: =?utf-8?q?B=C3=BCrg?=\r\n"))

    def test_brevo_is_told_the_list_without_its_name_where_that_is_not_ascii(
        self, sent: Sent
    ) -> None:
        head = b"List-Id: =?utf-8?q?B=C3=BCrg?= <friday.wexcombe.example>\r\n"
        found = sent(BrevoServer, with_head(head)).requests[0].json["headers"]
        assert found["List-Id"] == "<friday.wexcombe.example>"

    def test_pictures_inside_are_refused_where_they_cannot_be_carried(
        self, unsupported: Why
    ) -> None:
        assert "link them instead" in unsupported(BrevoServer, with_picture())
        assert "link them instead" in unsupported(ScalewayServer, with_picture())
        assert "set batch = 1" in unsupported(ResendServer, with_picture())

    @pytest.mark.parametrize(
        ("kind", "options"),
        [(SendGridServer, {}), (ResendServer, {"batch": 1}), (MailtrapServer, {})],
    )
    def test_pictures_inside_keep_their_content_id(
        self, sent: Sent, kind: type[ProviderServer], options: dict[str, Any]
    ) -> None:
        found = sent(kind, with_picture(), **options).requests[0].json
        (attachment,) = found.get("requests", [found])[0]["attachments"]
        assert attachment["content_id"] == "crest@x"
        assert attachment["content"] == "iVBORw=="

    def test_a_placeholder_in_a_header_cannot_go_by_sparkpost(self, unsupported: Why) -> None:
        assert "placeholder" in unsupported(SparkPostServer, with_head(b"X-Note: {{ name }}\r\n"))

    @pytest.mark.parametrize("kind", [BrevoServer, MailjetServer, MailtrapServer])
    def test_a_second_reply_to_is_not_dropped(
        self, unsupported: Why, kind: type[ProviderServer]
    ) -> None:
        assert "one Reply-To" in unsupported(
            kind, with_head(b"Reply-To: a@x.example, b@x.example\r\n")
        )

    def test_a_header_that_stands_twice_is_not_dropped(self, unsupported: Why) -> None:
        assert "X-note twice" in unsupported(
            SendGridServer, with_head(b"X-Note: a\r\nX-note: b\r\n")
        )


def test_mailjet_is_refused_until_the_loss_of_list_id_is_accepted(load: Load) -> None:
    keys = {"api_key": "name", "secret_key": "secret"}
    with pytest.raises(ConfigurationError, match="without_list_id: missing"):
        load("mailjet", **keys)


def test_mailjet_may_be_accepted_by_a_setting_which_is_text(load: Load) -> None:
    keys = {"api_key": "name", "secret_key": "secret"}
    assert load("mailjet", **keys, without_list_id="true")


def test_a_secret_of_the_service_must_be_strong(load: Load) -> None:
    with pytest.raises(ConfigurationError, match="24 bytes or more"):
        load("http", api_url="https://mail.wexcombe.example/take", secret="whsec_c2hvcnQ=")


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("resend", {"api_key": "k", "webhook_secret": "whsec_c2hvcnQ="}),
        ("sendgrid", {"api_key": "k", "webhook_public_key": "bm8ga2V5"}),
    ],
)
def test_an_unusable_verification_key_is_refused_at_configuration(
    load: Load, kind: str, table: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationError, match=r"transports\.main\.webhook_.*; write "):
        load(kind, **table)
