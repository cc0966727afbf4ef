"""A recorder that enforces the transport contract, and factories of mails."""

from newsletter.transports.base import Accepted, InDoubt, Mail, Outcome, Refused
from newsletter.transports.verdicts import Verdict


class OutcomeRecorder:
    """Records outcomes; fails at once where the contract is violated."""

    def __init__(self) -> None:
        self.handed_over: list[int] = []
        self.outcomes: dict[int, Outcome] = {}

    def handing_over(self, key: int) -> None:
        assert key not in self.handed_over, f"mail {key} was handed over twice"
        assert key not in self.outcomes, f"mail {key} was handed over after it was settled"
        self.handed_over.append(key)

    def settled(self, key: int, outcome: Outcome) -> None:
        assert key not in self.outcomes, f"mail {key} was settled twice"
        if isinstance(outcome, Accepted | InDoubt):
            assert key in self.handed_over, f"mail {key} was {outcome} without being handed over"
        self.outcomes[key] = outcome

    @property
    def kinds(self) -> list[str]:
        """The kind of each mail's outcome, by key."""
        return [type(outcome).__name__ for _, outcome in sorted(self.outcomes.items())]

    @property
    def unsupported(self) -> dict[int, str]:
        """Why each mail fails that the transport cannot carry and has not handed over."""
        return {
            key: outcome.response
            for key, outcome in self.outcomes.items()
            if isinstance(outcome, Refused)
            and outcome.about is Verdict.ERROR
            and key not in self.handed_over
        }


def message(
    body: bytes = b"Buses from the Harbour.\r\n", to: str = "ada@wexcombe.example"
) -> bytes:
    head = (
        "From: Wexcombe Forward <news@wexcombe.example>\r\n"
        f"To: {to}\r\n"
        "Subject: Buses\r\n"
        "Message-ID: <1.abbey@wexcombe.example>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n"
        "\r\n"
    )
    return head.encode() + body


def mail(
    key: int = 1,
    recipient: str = "ada@wexcombe.example",
    content: bytes | None = None,
    sender: str = "bounces@wexcombe.example",
) -> Mail:
    if content is None:
        content = message(to=recipient)
    return Mail(key=key, sender=sender, recipient=recipient, content=content)


def mails(count: int) -> list[Mail]:
    return [mail(key, f"reader{key}@wexcombe.example") for key in range(1, count + 1)]
