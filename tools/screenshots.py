"""Write the pictures of the main pages into ``docs/screenshots``: ``python -m tools.screenshots``.

It starts the demonstration in a folder of its own, so that everybody and everything in the pictures is invented, and
needs Chromium and a Chinese font (``make needs``).
"""

import argparse
import io
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
START_SECONDS = 180
BYTES_MAX = 1_500_000
"""What all pictures weigh together at most."""
QUALITY = 60
DESK, PHONE = {"width": 1200, "height": 800}, {"width": 390, "height": 780}


@dataclass(frozen=True)
class Picture:
    """A page and how it is looked at; ``account`` signs in with one click, ``link`` is followed from there."""

    name: str
    path: str
    account: str = ""
    link: str = ""
    scheme: str = "light"
    is_phone: bool = False


PICTURES = (
    Picture("home", "/"),
    Picture("home-english", "/en/"),
    Picture("home-dark", "/", scheme="dark"),
    Picture("records", "/records"),
    Picture("record", "/records", link="ol article a"),
    Picture("record-english-phone", "/en/records", link="ol article a", is_phone=True),
    Picture("statistics", "/statistics"),
    Picture("law", "/law"),
    Picture("verify", "/verify"),
    Picture("kiosk", "/kiosk?q=盐城"),
    Picture("desk", "/desk", "finance-clerk"),
    Picture("filing", "/desk/penalties/new", "finance-clerk"),
    Picture("verification", "/desk/verification", "finance-verifier"),
    Picture("listing", "/desk/listings", "credit-clerk", link="main li a, main td a, main th a"),
    Picture("check", "/centre/checks/new", "trading-centre"),
    Picture("accounts", "/admin/accounts", "security-1"),
)


def main() -> None:
    """Take every picture; ends with an error when they weigh too much together."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures are written")
    folder: Path = arguments.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with demonstration() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for picture in PICTURES:
            (folder / f"{picture.name}.webp").write_bytes(take(browser, site, picture))
        browser.close()
    weight = sum(path.stat().st_size for path in folder.glob("*.webp"))
    print(f"{len(PICTURES)} pictures, {weight} bytes")
    if weight > BYTES_MAX:
        sys.exit(f"the pictures weigh more than {BYTES_MAX} bytes")


def take(browser: Browser, site: str, picture: Picture) -> bytes:
    """One picture, as WebP."""
    context = browser.new_context(
        base_url=site,
        viewport=PHONE if picture.is_phone else DESK,
        color_scheme="dark" if picture.scheme == "dark" else "light",
    )
    page = context.new_page()
    if picture.account:
        page.goto("/login")
        page.locator(f"form:has(input[name=name][value='{picture.account}']) button").click()
    page.goto(picture.path)
    if picture.link and page.locator(picture.link).count():
        page.locator(picture.link).first.click()
        page.wait_for_load_state()
    data = page.screenshot()
    context.close()
    out = io.BytesIO()
    Image.open(io.BytesIO(data)).convert("RGB").save(out, "WEBP", quality=QUALITY, method=6)
    return out.getvalue()


@contextmanager
def demonstration() -> Iterator[str]:
    """The address of a demonstration that runs in a folder of its own."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        command = [
            str(Path(sys.executable).parent / "registry"),
            "demo",
            "--port",
            str(port),
            "--dir",
            folder,
            "--no-peer",
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as node:
            try:
                site = f"http://127.0.0.1:{port}"
                _wait_for(site, node)
                yield site
            finally:
                node.send_signal(signal.SIGTERM)
                node.wait()


def _wait_for(site: str, node: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and node.poll() is None:
        try:
            if requests.get(f"{site}/readyz", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.5)
    sys.exit("the demonstration did not start")


if __name__ == "__main__":
    main()
