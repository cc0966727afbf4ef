"""Forks commands from a process that has imported the product: that is most of what they take.

Each is a process with a folder, environment, files and signals of its own. There is one thread when
it is forked. `tests/processes.py` asks for commands; that each imports what it needs is tested by
`tests/newsletter/cli/test_imports_of_commands.py`.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import re
import runpy
import signal
import socket
import sys
import time
from pathlib import Path

import newsletter
import subscribers
from newsletter.cli.main import main

MAX_REQUEST_BYTES = 1 << 20
RUN_WHEN_IMPORTED = re.compile(r"\.(__main__|migrations\.(env|versions\..*))$")
# Of the command, once it runs.
statuses: list[int] = []


@atexit.register
def end_at_once() -> None:
    """End a command without taking Python's objects apart, which takes longer than most commands.

    Registered before anything of the product, and so called last.
    """
    if statuses:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(statuses[-1])


def import_everything() -> None:
    """Import the product, and leave its objects out of what each command would collect."""
    for package in (newsletter, subscribers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not RUN_WHEN_IMPORTED.search(module.name):
                importlib.import_module(module.name)
    gc.freeze()


def command_line(control: socket.socket) -> list[str] | None:
    """Serve; returns in each forked process with its command line, in the server at the end.

    A request names folder, environment and command line, and brings descriptors: standard input,
    output and errors, and one that the number of the process and then its status are written to.
    """
    # Those that wait for a command are not waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, files, *_ = socket.recv_fds(control, MAX_REQUEST_BYTES, 4)
        if not request:
            return None
        if not os.fork():
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            number = os.fork()
            if not number:
                control.close()
                os.close(files.pop())
                become(files, **json.loads(request))
                return sys.argv
            tell_ending(number, files)
        for file in files:
            os.close(file)


def become(
    files: list[int],
    *,
    folder: str,
    arguments: list[str],
    environment: dict[str, str],
    has_own_session: bool,
) -> None:
    """Make this process the one that was asked for."""
    if has_own_session:
        os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = arguments


def tell_ending(number: int, files: list[int]) -> None:
    """Wait for a command, and end."""
    *others, ending = files
    for file in others:
        os.close(file)
    os.write(ending, b"%d\n" % number)
    _, status = os.waitpid(number, 0)
    os.write(ending, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def run(arguments: list[str]) -> None:
    """Run `newsletter` or a program of Python."""
    statuses.append(1)
    try:
        if arguments[0] == "newsletter":
            sys.path[0] = str(Path.cwd())
            main()
        else:
            sys.path.insert(0, str(Path(arguments[0]).parent))
            runpy.run_path(arguments[0], run_name="__main__")
        statuses.append(0)
    except SystemExit as ended:
        statuses.append(ended.code if isinstance(ended.code, int) else int(bool(ended.code)))
        raise


if __name__ == "__main__":
    import_everything()
    line = command_line(socket.socket(fileno=int(sys.argv[1])))
    if line is not None:
        run(line)
