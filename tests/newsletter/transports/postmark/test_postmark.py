"""Postmark: what the mails become, and what its answers mean for them."""

import base64
import json
import socket
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from api_server import Answer
from outcome_recorder import OutcomeRecorder, mail, mails, message
from postmark_server import TOKEN, PostmarkServer
from threads import ended, started

from newsletter.errors import ConfigurationError
from newsletter.transports.base import (
    Accepted,
    Deferred,
    InDoubt,
    Mail,
    Outcome,
    Refused,
    TransportStopped,
)

Load = Callable[..., Any]


@pytest.fixture
def send(load: Load, postmark: PostmarkServer) -> Callable[..., OutcomeRecorder]:
    """Sends by the local server; the ledger stays with the test when everything stops."""

    def send(
        sent: list[Mail], ledger: OutcomeRecorder | None = None, **table: Any
    ) -> OutcomeRecorder:
        ledger = ledger or OutcomeRecorder()
        table = {"server_token": TOKEN, "api_url": postmark.url, "timeout": "1s", **table}
        with load("postmark", **table).open() as session:
            session.send(iter(sent), ledger)
        return ledger

    return send


Send = Callable[..., OutcomeRecorder]


def built(**headers: str) -> EmailMessage:
    found = EmailMessage(policy=SMTP)
    for name, value in {
        "From": "Wexcombe Forward <news@wexcombe.example>",
        "To": "ada@wexcombe.example",
        "Subject": "Buses – at last",
        **headers,
    }.items():
        found[name.replace("_", "-")] = value
    return found


class TestPayload:
    def test_text_and_html_have_their_fields(self, send: Send, postmark: PostmarkServer) -> None:
        draft = built(Reply_To="office@wexcombe.example", Message_ID="<7.abbey@wexcombe.example>")
        draft["List-Unsubscribe"] = "<https://wexcombe.example/u/k>"
        draft["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        draft.set_content("Buses: ½ fare\n")
        draft.add_alternative("<p>Buses: ½ fare</p>\n", subtype="html")
        send([mail(content=draft.as_bytes())])
        assert postmark.messages == [
            {
                "From": "Wexcombe Forward <news@wexcombe.example>",
                "To": "ada@wexcombe.example",
                "ReplyTo": "office@wexcombe.example",
                "Subject": "Buses – at last",
                "TextBody": "Buses: ½ fare\n",
                "HtmlBody": "<p>Buses: ½ fare</p>\n",
                "Headers": [
                    {"Name": "Message-ID", "Value": "<7.abbey@wexcombe.example>"},
                    {"Name": "List-Unsubscribe", "Value": "<https://wexcombe.example/u/k>"},
                    {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
                    {"Name": "X-PM-KeepID", "Value": "true"},
                ],
                "Metadata": {"message-id": "<7.abbey@wexcombe.example>"},
                "MessageStream": "broadcast",
                "TrackOpens": False,
                "TrackLinks": "None",
            }
        ]

    def test_images_and_attachments_are_included(
        self, send: Send, postmark: PostmarkServer
    ) -> None:
        draft = built()
        draft.set_content("See the picture.\n")
        draft.add_alternative('<img src="cid:crest@wexcombe.example">', subtype="html")
        html = draft.get_payload(1)
        assert isinstance(html, EmailMessage)
        html.add_related(b"\x89PNG", "image", "png", cid="<crest@wexcombe.example>")
        draft.add_attachment(b"%PDF", "application", "pdf", filename="agenda.pdf")
        send([mail(content=draft.as_bytes())])
        assert postmark.messages[0]["Attachments"] == [
            {
                "Name": "attachment",
                "Content": base64.b64encode(b"\x89PNG").decode(),
                "ContentType": "image/png",
                "ContentID": "cid:crest@wexcombe.example",
            },
            {
                "Name": "agenda.pdf",
                "Content": base64.b64encode(b"%PDF").decode(),
                "ContentType": "application/pdf",
            },
        ]

    def test_stream_tag_and_tracking_are_as_configured(
        self, send: Send, postmark: PostmarkServer
    ) -> None:
        options = {"message_stream": "abbey", "tag": "digest", "track_links": True}
        send([mail()], track_opens=True, **options)
        found = postmark.messages[0]
        assert found["MessageStream"] == "abbey"
        assert found["Tag"] == "digest"
        assert found["TrackOpens"] is True
        assert found["TrackLinks"] == "HtmlAndText"

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"Cc": "eve@wexcombe.example"}, "header Cc"),
            ({"Sender": "eve@wexcombe.example"}, "header Sender"),
            ({"DKIM_Signature": "v=1; d=wexcombe.example"}, "signs it itself"),
            ({"To": "ada@wexcombe.example, eve@wexcombe.example"}, "the recipient alone"),
            ({"To": "everybody@wexcombe.example"}, "the recipient alone"),
        ],
    )
    def test_an_unsupported_header_is_an_error(
        self, send: Send, postmark: PostmarkServer, change: dict[str, str], words: str
    ) -> None:
        draft = built(**change)
        draft.set_content("x\n")
        assert words in send([mail(content=draft.as_bytes())]).unsupported[1]
        assert not postmark.requests

    @pytest.mark.parametrize("kind", ["second text", "calendar", "message", "signed"])
    def test_an_unsupported_part_is_an_error(self, send: Send, kind: str) -> None:
        draft = built()
        draft.set_content("x\n")
        if kind == "second text":
            draft.add_alternative("y\n")
        elif kind == "calendar":
            draft.add_alternative("BEGIN:VCALENDAR\n", subtype="calendar")
        elif kind == "message":
            draft.add_attachment(built())
        else:
            draft.make_mixed()
            draft.set_type("multipart/signed")
        assert send([mail(content=draft.as_bytes())]).unsupported

    def test_the_token_is_sent_in_its_header(self, send: Send, postmark: PostmarkServer) -> None:
        send([mail()])
        request = postmark.requests[0]
        assert request.path == "/email/batch"
        assert request.headers["X-Postmark-Server-Token"] == TOKEN
        assert request.headers["Content-Type"] == "application/json"

    def test_a_non_ascii_mailbox_is_refused(self, send: Send) -> None:
        ledger = send([mail(1, "zoë@wexcombe.example", content=message()), mail(2)])
        assert ledger.kinds == ["Refused", "Accepted"]


class TestBatches:
    def test_a_call_carries_as_many_mails_as_allowed(
        self, send: Send, postmark: PostmarkServer
    ) -> None:
        assert send(mails(501)).kinds == ["Accepted"] * 501
        assert [len(request.json) for request in postmark.requests] == [500, 1]

    def test_the_batch_size_is_configurable(self, send: Send, postmark: PostmarkServer) -> None:
        send(mails(5), batch=2)
        assert [len(request.json) for request in postmark.requests] == [2, 2, 1]

    def test_a_call_stays_below_the_largest_payload(
        self, send: Send, postmark: PostmarkServer
    ) -> None:
        large = message((b"x" * 990 + b"\r\n") * 4_900)
        sent = [mail(key, content=large) for key in range(12)]
        assert send(sent, timeout="30s").kinds == ["Accepted"] * 12
        sizes = [int(request.headers["Content-Length"]) for request in postmark.requests]
        assert len(sizes) == 2
        assert max(sizes) <= 50_000_000

    def test_a_message_that_is_too_large_fails_alone(self, send: Send) -> None:
        ledger = send([mail(1, content=message((b"x" * 990 + b"\r\n") * 5_100)), mail(2)])
        assert ledger.kinds == ["Refused", "Accepted"]
        assert "larger than 5000000" in ledger.unsupported[1]


class TestAnswersForOneMail:
    @pytest.mark.parametrize(
        ("recipient", "code"), [("inactive@wexcombe.example", 406), ("invalid@x.example", 300)]
    )
    def test_an_invalid_recipient_is_refused_alone(
        self, send: Send, recipient: str, code: int
    ) -> None:
        ledger = send([mail(1), mail(2, recipient), mail(3)])
        assert ledger.kinds == ["Accepted", "Refused", "Accepted"]
        assert ledger.outcomes[2].response.startswith(str(code))

    def test_the_message_id_is_preserved(self, send: Send) -> None:
        outcome = send([mail()]).outcomes[1]
        assert outcome == Accepted(response="MessageID 0a129aee-e1cd-480d-b08d-000000000001 OK")

    @pytest.mark.parametrize(
        ("item", "expected"),
        [
            ({"ErrorCode": 100, "Message": "Maintenance"}, Deferred),
            ({"ErrorCode": 429, "Message": "Rate limit exceeded"}, Deferred),
            ({"ErrorCode": 406, "Message": "Inactive recipient"}, Refused),
            ({"ErrorCode": 300, "Message": "Invalid email request"}, Refused),
            ({"ErrorCode": 0, "Message": "OK"}, InDoubt),
            ({"ErrorCode": "0"}, InDoubt),
            ("nonsense", InDoubt),
            (None, InDoubt),
        ],
    )
    def test_each_code_has_its_outcome(
        self, send: Send, postmark: PostmarkServer, item: Any, expected: type[Outcome]
    ) -> None:
        good = {"ErrorCode": 0, "Message": "OK", "MessageID": "m-1"}
        postmark.answers = [Answer(body=json.dumps([good, item]).encode())]
        ledger = send(mails(2))
        assert ledger.kinds == ["Accepted", expected.__name__]

    @pytest.mark.parametrize(
        "item",
        [
            {"ErrorCode": 400, "Message": "Sender signature not found"},
            {"ErrorCode": 401, "Message": "Sender signature not confirmed"},
            {"ErrorCode": 405, "Message": "Not allowed to send: out of credits"},
            {"ErrorCode": 412, "Message": "Account is pending"},
            {"ErrorCode": 300, "Message": "Invalid 'From' address: 'x'."},
            {"ErrorCode": 1235, "Message": "The message stream was not found"},
        ],
    )
    def test_errors_about_the_sender_stop_the_transport_without_refusals(
        self, send: Send, postmark: PostmarkServer, item: dict[str, Any]
    ) -> None:
        good = {"ErrorCode": 0, "Message": "OK", "MessageID": "m-1"}
        postmark.answers = [Answer(body=json.dumps([item, good]).encode())]
        ledger = OutcomeRecorder()
        with pytest.raises(TransportStopped, match=item["Message"][:20]):
            send(mails(4), ledger, batch=2)
        assert ledger.kinds == ["Deferred", "Accepted"]
        assert len(postmark.requests) == 1


class TestAnswersForTheCall:
    def test_a_wrong_token_stops_the_transport(self, send: Send, postmark: PostmarkServer) -> None:
        ledger = OutcomeRecorder()
        with pytest.raises(TransportStopped, match=r"HTTP 401 The Server Token .* is invalid"):
            send(mails(2), ledger, server_token="not-the-token")
        assert ledger.kinds == ["Deferred", "Deferred"]

    @pytest.mark.parametrize("status", [301, 307, 403, 404, 413, 415, 422])
    def test_a_rejected_call_stops_the_transport(
        self, send: Send, postmark: PostmarkServer, status: int
    ) -> None:
        postmark.answers = [Answer(status, headers={"Location": postmark.url + "/elsewhere"})]
        with pytest.raises(TransportStopped, match=f"HTTP {status}"):
            send(mails(2))
        assert len(postmark.requests) == 1

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_a_temporary_refusal_defers_the_remaining_batches(
        self, send: Send, postmark: PostmarkServer, status: int
    ) -> None:
        postmark.answers = [Answer(status, headers={"Retry-After": "120"})]
        ledger = send(mails(6), batch=2)
        assert ledger.kinds == ["Deferred"] * 6
        for outcome in ledger.outcomes.values():
            assert isinstance(outcome, Deferred)
            assert outcome.throttled
            assert outcome.retry_after == timedelta(minutes=2)
        assert len(postmark.requests) == 1

    @pytest.mark.parametrize("code", [100, 429])
    def test_a_call_refused_for_maintenance_or_pace_is_deferred(
        self, send: Send, postmark: PostmarkServer, code: int
    ) -> None:
        body = json.dumps({"ErrorCode": code, "Message": "Not now"}).encode()
        postmark.answers = [Answer(422, body)]
        assert send(mails(2)).kinds == ["Deferred", "Deferred"]

    @pytest.mark.parametrize("wait", ["", "soon", "-1", "1.5", "9" * 400])
    def test_an_invalid_retry_after_is_ignored(
        self, send: Send, postmark: PostmarkServer, wait: str
    ) -> None:
        postmark.answers = [Answer(429, headers={"Retry-After": wait})]
        outcome = send([mail()]).outcomes[1]
        assert isinstance(outcome, Deferred)
        assert (outcome.retry_after or timedelta()) <= timedelta(days=1)

    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(Answer(hang_up=True), id="hangs up"),
            pytest.param(Answer(silent=True), id="stays silent"),
            pytest.param(Answer(502, b"<html>bad gateway"), id="bad gateway"),
            pytest.param(Answer(504), id="gateway timeout"),
            pytest.param(Answer(202), id="an odd success"),
            pytest.param(Answer(200, b"[]"), id="too few answers"),
            pytest.param(Answer(200, b"{}"), id="no list"),
            pytest.param(Answer(200, b"\xff\xfe"), id="no JSON"),
            pytest.param(Answer(200, b"[" * 100_000), id="too deep"),
            pytest.param(Answer(200, b"x" * 5_000_001), id="endless"),
        ],
    )
    def test_an_unreadable_answer_leaves_the_batch_uncertain(
        self, send: Send, postmark: PostmarkServer, answer: Answer
    ) -> None:
        postmark.answers = [answer]
        ledger = send(mails(3))
        assert ledger.kinds == ["InDoubt"] * 3

    def test_after_an_uncertain_batch_the_rest_is_deferred(
        self, send: Send, postmark: PostmarkServer
    ) -> None:
        postmark.answers = [Answer(hang_up=True)]
        ledger = send(mails(4), batch=2)
        assert ledger.kinds == ["InDoubt", "InDoubt", "Deferred", "Deferred"]

    def test_a_failed_connection_defers_the_batch(self, send: Send) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        ledger = send(mails(3), api_url=f"http://127.0.0.1:{port}", batch=1)
        assert ledger.kinds == ["Deferred"] * 3

    def test_an_unknown_host_is_deferred(self, send: Send) -> None:
        ledger = send(mails(2), api_url="https://api.wexcombe.invalid")
        assert ledger.kinds == ["Deferred"] * 2

    def test_a_server_without_tls_stops_the_transport(self, send: Send) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def answer() -> None:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(100)
                    connection.sendall(b"HTTP/1.1 400 no TLS here\r\n\r\n")

            thread = started(answer)
            with pytest.raises(TransportStopped, match="TLS failed"):
                send([mail()], api_url=f"https://127.0.0.1:{listener.getsockname()[1]}")
            ended(thread)


class TestOptions:
    def test_the_token_is_required(self, load: Load) -> None:
        with pytest.raises(ConfigurationError, match=r"transports\.main\.server_token: missing"):
            load("postmark")

    def test_the_token_may_come_from_a_file(self, load: Load, tmp_path: Any) -> None:
        (tmp_path / "token").write_text(TOKEN + "\n", encoding="utf-8")
        assert load("postmark", server_token_file="token")

    def test_the_token_is_never_sent_unencrypted(self, load: Load) -> None:
        with pytest.raises(ConfigurationError, match=r"transports\.main\.api_url: .*encrypted"):
            load("postmark", server_token=TOKEN, api_url="http://api.wexcombe.example")

    def test_the_token_is_never_printed(self, load: Load) -> None:
        transport = load("postmark", server_token=TOKEN)
        assert TOKEN not in repr(transport) + str(vars(transport))
