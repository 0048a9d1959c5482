"""Build and try the container of ``deploy/Dockerfile`` where no container engine runs: ``python -m tools.container``.

Its steps are read from the Dockerfile itself and run in a clean Debian root made by ``debootstrap``. The locked
packages are downloaded outside, from the index that is set there, and inside installed from their folder alone. Then
the node is started in a network namespace that has nothing but loopback, as the Dockerfile's user, environment and
command say, and asked its health check. Needs root, ``debootstrap`` and ``unshare``.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
READY_SECONDS = 120
PACKAGES = "/var/tmp/packages"
IMAGE_PYTHON = "3.11"
"""The Python of the image's Debian, for which packages are downloaded."""
LOOPBACK_UP = (
    "import fcntl, socket, struct; s = socket.socket(); "
    "fcntl.ioctl(s, 0x8914, struct.pack('16sh', b'lo', 0x1 | 0x40))"  # SIOCSIFFLAGS: IFF_UP, IFF_RUNNING
)
KNOWN = {
    "FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "CMD",
}  # fmt: skip
"""The instructions that are understood here; any other stops the reading."""


@dataclass
class Image:
    """What a Dockerfile says: ``steps`` in order, and with what the container is started."""

    base: str = ""
    steps: list[tuple[str, str]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    workdir: str = "/"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)


def read(text: str) -> Image:
    """Read a Dockerfile. Raises ``ValueError`` for an instruction that is not understood."""
    image = Image()
    for word, argument in _instructions(text):
        match word:
            case "FROM":
                image.base = argument
            case "RUN" | "COPY":
                image.steps.append((word, argument))
            case "WORKDIR":
                image.workdir = argument
                image.steps.append((word, argument))
            case "ENV":
                name, _, value = argument.partition("=")
                image.environment[name] = value
            case "USER":
                image.user = argument
            case "HEALTHCHECK":
                image.health = json.loads(argument[argument.index("CMD ") + 4 :])
            case "CMD":
                image.command = json.loads(argument)
    return image


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    for line in filter(None, map(str.strip, joined.splitlines())):
        word, _, argument = line.partition(" ")
        if word not in KNOWN:
            raise ValueError(f"not understood: {word}")
        yield word, " ".join(argument.split()) if word == "RUN" else argument.strip()


def build(image: Image, target: Path) -> None:
    """Run the steps of an image in a clean root at ``target``."""
    suite = image.base.partition(":")[2].removesuffix("-slim")
    _run(["debootstrap", "--variant=minbase", suite, str(target)])
    shutil.copy("/etc/resolv.conf", target / "etc" / "resolv.conf")
    fetch_packages(target)
    environment = build_environment(os.environ)
    workdir = "/"
    for word, argument in image.steps:
        print(f"{word} {argument}", flush=True)
        if word == "RUN":
            script = f"cd {shlex.quote(workdir)} && {argument}"
            _run(["chroot", str(target), "/bin/sh", "-c", script], environment)
        elif word == "WORKDIR":
            workdir = argument
            (target / workdir.lstrip("/")).mkdir(parents=True, exist_ok=True)
        else:
            _copy(argument.split(), target / workdir.lstrip("/"))


def build_environment(outside: Mapping[str, str]) -> dict[str, str]:
    """The environment of the steps: proxies as outside, and pip installs from the downloaded packages alone.

    Index, certificates and folders that are set for pip outside name places that are not inside.
    """
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
    environment |= {name: value for name, value in outside.items() if name.lower().endswith("_proxy")}
    return environment | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": PACKAGES}


def fetch_packages(target: Path) -> None:
    """Download the locked packages into the root, by the index that is set here."""
    folder = target / PACKAGES.lstrip("/")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    is_same = ".".join(map(str, sys.version_info[:2])) == IMAGE_PYTHON
    for_image = [] if is_same else ["--only-binary=:all:", "--python-version", IMAGE_PYTHON]
    _run([*command, "--no-deps", *for_image, "-r", str(ROOT / "requirements" / "run.txt"), "-d", str(folder)])


def _copy(words: list[str], folder: Path) -> None:
    *sources, destination = words
    for name in sources:
        source, place = ROOT / name, folder / destination
        if source.is_dir():
            shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            place = place / source.name if destination.endswith("/") else place
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place)


@contextmanager
def started(prefix: list[str], command: list[str], environment: dict[str, str]) -> Iterator[list[str]]:
    """Run a command in a network namespace with loopback only; gives the words that run another command in there."""
    script = f"{shlex.quote(sys.executable)} -c {shlex.quote(LOOPBACK_UP)} && exec " + shlex.join([*prefix, *command])
    process = subprocess.Popen(["unshare", "--net", "sh", "-c", script], env=environment, start_new_session=True)
    try:
        yield ["nsenter", "--target", str(process.pid), "--net", *prefix]
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_healthy(inside: list[str], health: list[str], environment: dict[str, str]) -> bool:
    """Ask the health check until it succeeds; False when it never does."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if subprocess.run([*inside, *health], env=environment, capture_output=True, check=False).returncode == 0:
            return True
        time.sleep(0.5)
    return False


def interfaces(inside: list[str]) -> set[str]:
    """The network interfaces in there."""
    done = subprocess.run(
        [*inside, "python3", "-c", "import socket; print(*(name for _, name in socket.if_nameindex()))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, env=environment, check=True)


def main(target: Path) -> int:
    """Build at ``target`` unless something is there, start the node without a network, and tell whether it is well."""
    image = read(DOCKERFILE.read_text(encoding="utf-8"))
    if not target.exists():
        build(image, target)
    environment = {**image.environment, "REGISTRY_NODE": "smoke"}
    # By its whole path: what the image searches has no folder of the system administrator.
    prefix = [shutil.which("chroot") or "/usr/sbin/chroot", f"--userspec={image.user}:{image.user}", str(target)]
    _run(["unshare", "--net", *prefix, "registry", "init"], environment)
    with started(prefix, image.command, environment) as inside:
        is_healthy = wait_until_healthy(inside, image.health, environment)
        alone = interfaces(inside) == {"lo"}
        verified = subprocess.run([*inside, "registry", "ledger", "verify"], env=environment, check=False).returncode
    print(f"healthy: {is_healthy}, loopback only: {alone}, ledger verified: {verified == 0}")
    return 0 if is_healthy and alone and verified == 0 else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory(prefix="registry-container-") as folder:
        sys.exit(main(Path(folder) / "root"))
