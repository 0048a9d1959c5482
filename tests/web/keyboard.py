"""A person at a keyboard without a mouse, counted: what the stop-watch of the walks is printed from."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Download, FileChooser, Locator, Page

KEYS_PER_SECOND = 3
STEPS_MAX = 200
PRESSES_MAX, CHOOSER_MS = 20, 300
_IN_MAIN = "element => document.querySelector('main')?.contains(element) && document.activeElement === document.body"
_HAS_FOCUS = "element => element === document.activeElement"


@dataclass
class Count:
    """Pages that were loaded, keys that act (Enter, blank, arrows), characters typed, and presses of Tab."""

    pages: int = 0
    acts: int = 0
    typed: int = 0
    tabs: int = 0

    @property
    def seconds(self) -> float:
        """How long the keys take; reading and the machine come on top."""
        return (self.acts + self.typed + self.tabs) / KEYS_PER_SECOND


class Hands:
    """Reaches every link, field and button by Tab, from the top of the page or from the link that skips to its text.

    ``by_tab=False`` puts the focus there at once, where the way to it is shown by another walk.
    """

    def __init__(self, page: Page, *, by_tab: bool = True) -> None:
        self.page, self.count, self._by_tab = page, Count(), by_tab
        page.on("domcontentloaded", lambda _page: self._count_page())

    def follow(self, name: str, within: Locator | None = None, *, exact: bool = True) -> None:
        """Follow the first link of a name."""
        self.press((within or self.page.locator("body")).get_by_role("link", name=name, exact=exact).first)

    def push(self, name: str, within: Locator | None = None) -> None:
        """Push the button of a name."""
        self.press((within or self.page.locator("body")).get_by_role("button", name=name, exact=True).first)

    def press(self, wanted: Locator) -> None:
        """Reach a link or a button and press it."""
        self._reach(wanted)
        with self.page.expect_navigation():
            self._act("Enter")

    def download(self, name: str) -> Download:
        """Follow a link that hands out a file."""
        wanted = self.page.get_by_role("link", name=name).first
        self._reach(wanted)
        with self.page.expect_download() as waiting:
            self._act("Enter")
        return waiting.value

    def fill(self, wanted: Locator, text: str) -> None:
        """Type a text in place of what stands in a field."""
        self._reach(wanted)
        self._act("Control+A")
        self.page.keyboard.type(text)
        self.count.typed += len(text)

    def tick(self, wanted: Locator) -> None:
        """Tick a box."""
        self._reach(wanted)
        self._act("Space")
        assert wanted.is_checked()

    def pick(self, wanted: Locator) -> None:
        """Pick one of a few: Tab reaches the group, the arrows its members."""
        group = self.page.locator(f"input[name='{wanted.get_attribute('name')}']")
        self._reach(group)
        for _ in range(STEPS_MAX):
            if wanted.is_checked():
                return
            self._act("Space" if wanted.evaluate(_HAS_FOCUS) else "ArrowDown")
        raise AssertionError(f"the arrows do not reach {wanted}")

    def choose(self, wanted: Locator, value: str) -> None:
        """Choose a value from a list."""
        self._reach(wanted)
        for _ in range(STEPS_MAX):
            if wanted.input_value() == value:
                return
            self._act("ArrowDown")
        raise AssertionError(f"the arrows do not reach {value}")

    def hand_in(self, wanted: Locator, file: Path | dict[str, Any]) -> None:
        """Choose a file, whose name is not typed."""
        if not self._by_tab:
            wanted.set_input_files(file)  # type: ignore[arg-type]
            return
        choosers: list[FileChooser] = []
        self.page.once("filechooser", lambda chooser: choosers.append(chooser))  # noqa: PLW0108 - no builtin
        self._reach(wanted)
        for _ in range(PRESSES_MAX):  # a window that is in the background at that moment opens no list of files
            self.page.bring_to_front()
            self._act("Space")
            self.page.wait_for_timeout(CHOOSER_MS)
            if choosers:
                break
        choosers[0].set_files(file)  # type: ignore[arg-type]

    def _reach(self, wanted: Locator) -> None:
        """Press Tab until one of the elements has the focus; fails when the keyboard does not reach it."""
        wanted.first.wait_for(state="attached")
        if not self._by_tab:
            wanted.first.focus()
            return
        if "#" not in self.page.url and wanted.first.evaluate(_IN_MAIN):
            self._tab()
            self._act("Enter")  # the link that skips to the text of the page
        members = wanted.element_handles()
        for _ in range(STEPS_MAX):
            if any(member.evaluate(_HAS_FOCUS) for member in members):
                return
            self._tab()
        raise AssertionError(f"the keyboard does not reach {wanted}")

    def _tab(self) -> None:
        self.page.keyboard.press("Tab")
        self.count.tabs += 1

    def _act(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.count.acts += 1

    def _count_page(self) -> None:
        self.count.pages += 1


def report(walk: str, hands: Iterable[Hands]) -> None:
    """Print what a walk took (``make stopwatch``)."""
    counts = [one.count for one in hands]
    whole = Count(*(sum(getattr(count, name) for count in counts) for name in ("pages", "acts", "typed", "tabs")))
    print(
        f"stop-watch: {walk}: {whole.pages} pages, {whole.typed} characters typed, {whole.acts} keys that act, "
        f"{f'{whole.tabs} tabs' if whole.tabs else 'tabs not counted'}: "
        f"{whole.seconds:.0f} s at {KEYS_PER_SECOND} keys a second"
    )
