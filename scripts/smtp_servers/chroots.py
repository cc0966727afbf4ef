"""Chroots for mail servers, so that conflicting packages can be installed.

A chroot has this machine's `/usr` with the server's packages overlaid, its own users, `/etc` and
`/var`, and ends with all its processes. Needs root and mount namespaces.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "newsletter-servers"
ENTER = r"""
set -e
root=$1 over=$2; shift 2
mount -t overlay -o lowerdir="$over:/usr" overlay "$root/usr"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
exec chroot "$root" "$@"
"""
_SYSTEM_FILES = (
    "passwd",
    "group",
    "ssl",
    "services",
    "protocols",
    "ld.so.cache",
    "perl",
    "postfix",
)


@dataclass(frozen=True, kw_only=True)
class Chroot:
    """A root folder."""

    root: Path
    packages: Path

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def folder(self, path: str, owner: str = "root", mode: int = 0o755) -> None:
        """A folder owned by a user of the chroot."""
        made = self.path(path)
        made.mkdir(parents=True, exist_ok=True)
        made.chmod(mode)
        os.chown(made, *self._ids(owner))

    def path(self, inside: str) -> Path:
        return self.root / inside.lstrip("/")

    def run(self, *command: str) -> str:
        """Run a command to its end; its output."""
        done = subprocess.run(
            self._command(command), capture_output=True, text=True, check=False, timeout=60
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    @contextmanager
    def running(self, *command: str) -> Iterator[None]:
        """Run a server while the block runs; its child processes end with it."""
        with (self.root / "output").open("ab") as output:
            process = subprocess.Popen(
                self._command(command), stdout=output, stderr=output, start_new_session=True
            )
        try:
            yield
        finally:
            # A server that changes its user is not killed with its parent.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)

    def _command(self, command: Sequence[str]) -> list[str]:
        namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        return [
            *namespaces,
            "sh",
            "-c",
            ENTER,
            "chroot",
            str(self.root),
            str(self.packages),
            *command,
        ]

    def _ids(self, name: str) -> tuple[int, int]:
        for line in self.path("/etc/passwd").read_text().splitlines():
            fields = line.split(":")
            if fields[0] == name:
                return int(fields[2]), int(fields[3])
        raise LookupError(f"the chroot has no user {name}")


@contextmanager
def chroot(packages: Sequence[str], users: Mapping[str, int] | None = None) -> Iterator[Chroot]:
    """A chroot with Debian packages overlaid, and additional users."""
    root = Path(tempfile.mkdtemp(prefix="newsletter-chroot-"))
    root.chmod(0o755)
    try:
        unpacked = _unpacked(packages)
        _populate(root, users or {})
        if (unpacked / "etc").exists():
            shutil.copytree(unpacked / "etc", root / "etc", dirs_exist_ok=True, symlinks=True)
        yield Chroot(root=root, packages=unpacked / "usr")
    finally:
        shutil.rmtree(root, ignore_errors=True)


def can_be_made() -> bool:
    """Whether this process may create chroots."""
    tried = ["unshare", "--mount", "--pid", "--fork", "true"]
    has_tools = shutil.which("unshare") and shutil.which("dpkg")
    return (
        bool(has_tools) and not subprocess.run(tried, capture_output=True, check=False).returncode
    )


def _populate(root: Path, users: Mapping[str, int]) -> None:
    for name in ("usr", "proc", "dev", "etc", "run", "var/log", "var/spool", "var/lib", "tmp"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    (root / "var" / "run").symlink_to("/run")
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    for name in _SYSTEM_FILES:
        source = Path("/etc") / name
        if source.is_dir():
            shutil.copytree(source, root / "etc" / name, symlinks=True)
        elif source.exists():
            shutil.copy(source, root / "etc" / name)
    (root / "etc/hosts").write_text("127.0.0.1 localhost mx.wexcombe.example\n")
    (root / "etc/nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
    (root / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
    with (root / "etc/passwd").open("a") as passwd, (root / "etc/group").open("a") as group:
        for user, number in users.items():
            passwd.write(f"{user}:x:{number}:{number}::/:/bin/false\n")
            group.write(f"{user}:x:{number}:\n")


def _unpacked(packages: Sequence[str]) -> Path:
    """These packages, unpacked once and cached."""
    folder = CACHE / "debian" / "+".join(sorted(packages) or ["nothing"])
    if not (folder / "usr").exists():
        making = folder.with_name(f"{folder.name}.part-{os.getpid()}")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        (making / "usr").mkdir()
        if packages:
            subprocess.run(
                ["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", *packages],
                cwd=making,
                check=True,
            )
        for package in making.glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(package), str(making)], check=True)
        with suppress(OSError):  # another process was quicker
            making.rename(folder)
    return folder
