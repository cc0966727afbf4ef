"""The form of a conversation that is kept: printable lines, and no more than fit. Pure."""

MAX_BYTES = 4000
_MAX_LINE_CHARACTERS = 500
_LEFT_OUT = "… (earlier lines are left out)"


def printable(line: str) -> str:
    """A line as it may be shown, cut where it is too long."""
    line = line[:_MAX_LINE_CHARACTERS]
    return line if line.isprintable() else "".join(c if c.isprintable() else "?" for c in line)


def bounded(lines: list[str]) -> str:
    """The first line, and as many of the last as fit into `MAX_BYTES`."""
    head, *rest = lines
    left = MAX_BYTES - len(f"{head}\n{_LEFT_OUT}".encode())
    stored: list[str] = []
    for line in reversed(rest):
        left -= len(line.encode()) + 1
        if left < 0:
            stored.append(_LEFT_OUT)
            break
        stored.append(line)
    return "\n".join([head, *reversed(stored)])
