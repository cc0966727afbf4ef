"""Timeouts of an SMTP client (RFC 5321, 4.5.3.2)."""

from dataclasses import dataclass, replace
from datetime import timedelta

# RFC 5321's timeouts that are shorter than those of the greeting and of MAIL.
_DATA_SECONDS = 120.0  # 4.5.3.2.4
_BLOCK_SECONDS = 180.0  # 4.5.3.2.5
_FAREWELL_SECONDS = 5.0
# A server that refuses in the middle of the content has replied before our write fails.
_LAST_WORDS_SECONDS = 1.0
# Servers that pause before their greeting to expose senders of spam pause for less.
_ATTENDED_SECONDS = 40.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeout:
    """One timeout.

    Args:
        doing: for messages, such as "at MAIL".
        option: the transport's option that sets it; empty: none.
    """

    seconds: float
    doing: str
    option: str = ""

    def describe(self) -> str:
        """The error message of the timeout."""
        hint = f" (the option {self.option})" if self.option else ""
        return f"the server was silent {self.doing} for {_duration(self.seconds)}{hint}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """The timeouts of a connection."""

    connecting: Timeout
    greeting: Timeout
    command: Timeout
    mail: Timeout
    data: Timeout
    block: Timeout
    final_dot: Timeout
    farewell: Timeout
    last_words: Timeout


def timeouts(connecting: timedelta, answers: timedelta, final_dot: timedelta) -> Timeouts:
    """Timeouts from the options `timeout`, `answer_timeout` and `final_dot_timeout`."""
    seconds = answers.total_seconds()

    def answer(doing: str, most: float = seconds) -> Timeout:
        return Timeout(seconds=min(seconds, most), doing=doing, option="answer_timeout")

    return Timeouts(
        connecting=Timeout(
            seconds=connecting.total_seconds(), doing="while connecting", option="timeout"
        ),
        greeting=answer("instead of greeting us"),
        command=answer("before the first mail"),
        mail=answer("at MAIL or RCPT"),
        data=answer("at DATA", _DATA_SECONDS),
        block=answer("while it was to take the content", _BLOCK_SECONDS),
        final_dot=Timeout(
            seconds=final_dot.total_seconds(),
            doing="after the final dot",
            option="final_dot_timeout",
        ),
        farewell=Timeout(seconds=min(seconds, _FAREWELL_SECONDS), doing="at QUIT"),
        last_words=Timeout(seconds=min(seconds, _LAST_WORDS_SECONDS), doing="in the content"),
    )


def attended(configured: Timeouts) -> Timeouts:
    """Shorter timeouts before the first mail, for a check whose answer somebody waits for."""
    return replace(
        configured,
        greeting=_at_most(configured.greeting, _ATTENDED_SECONDS),
        command=_at_most(configured.command, _ATTENDED_SECONDS),
    )


def _at_most(timeout: Timeout, seconds: float) -> Timeout:
    return timeout if timeout.seconds <= seconds else replace(timeout, seconds=seconds, option="")


def _duration(seconds: float) -> str:
    if seconds >= 120 and seconds % 60 == 0:
        return f"{seconds / 60:g} minutes"
    return f"{seconds:g} s"
