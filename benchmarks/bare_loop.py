"""Upper bound: threads with pipelined SMTP, bodies spliced from constants, no ledger.

Everything a newsletter needs is missing here; what is left is what the sink and the kernel cost.
"""

import socket
import sys
import threading

BYTES = 30_000
LINE = b"The council met in Little Wexcombe on Tuesday evening to hear residents.\r\n"
HEAD = b"From: <news@wexcombe.example>\r\nSubject: News\r\nTo: "
BODY = b"\r\n\r\n" + LINE * (BYTES // len(LINE)) + b".\r\n"


def main() -> None:
    """Send so many mails by so many connections: PORT MAILS CONNECTIONS."""
    port, mails, connections = map(int, sys.argv[1:])
    threads = [
        threading.Thread(target=converse, args=(port, range(first, mails, connections)))
        for first in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)


def converse(port: int, numbers: range) -> None:
    """One connection: the next envelope is pipelined with each body."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.recv(4096)
        connection.sendall(b"EHLO wexcombe.example\r\n")
        connection.recv(4096)
        connection.sendall(envelope(numbers[0]))
        hear(connection, 3)
        for number in numbers:
            mail = b"".join((HEAD, address(number), BODY))
            following = number + numbers.step
            if following in numbers:
                connection.sendall(mail + envelope(following))
                hear(connection, 4)
            else:
                connection.sendall(mail)
                hear(connection, 1)


def address(number: int) -> bytes:
    """The recipient of this number."""
    return b"<reader%d@wexcombe.example>" % number


def envelope(number: int) -> bytes:
    """MAIL, RCPT and DATA for the recipient of this number."""
    return b"MAIL FROM:<news@wexcombe.example>\r\nRCPT TO:%b\r\nDATA\r\n" % address(number)


def hear(connection: socket.socket, answers: int) -> None:
    """Read and discard so many replies."""
    while answers > 0:
        heard = connection.recv(4096)
        if not heard:
            raise ConnectionError("the sink hung up")
        answers -= heard.count(b"\n")


if __name__ == "__main__":
    main()
