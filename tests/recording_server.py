"""An SMTP server that records only the recipient of each mail, on disk before its reply.

PORT FILE DELAY_MS: every accepted recipient is a line of FILE; each answer to a content waits.
"""

import os
import socket
import sys
import threading
import time

OFFERED = b"250-wexcombe.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n"


def main() -> None:
    """Serve until killed."""
    port, path, delay = int(sys.argv[1]), sys.argv[2], float(sys.argv[3]) / 1000
    record = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644)
    with socket.create_server(("127.0.0.1", port), backlog=256) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, record, delay), daemon=True).start()


def serve(connection: socket.socket, record: int, delay: float) -> None:
    """One connection to its end."""
    try:
        with connection, connection.makefile("rb") as lines:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(b"220 wexcombe.example ESMTP\r\n")
            recipient = b""
            while line := lines.readline():
                verb = line[:4].upper()
                if verb == b"RCPT":
                    recipient = line.partition(b"<")[2].partition(b">")[0]
                if verb == b"DATA":
                    connection.sendall(b"354 go on\r\n")
                    while (content := lines.readline()) != b".\r\n":
                        if not content:
                            return
                    time.sleep(delay)
                    os.write(record, recipient + b"\n")
                connection.sendall(OFFERED if verb == b"EHLO" else b"250 2.0.0 ok\r\n")
                if verb == b"QUIT":
                    return
    except OSError:
        return  # the sender was killed


if __name__ == "__main__":
    main()
