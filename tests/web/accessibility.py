"""axe-core on a page, and the keyboard alone: what the tests of the pages in a browser share."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

_AXE = Axe()
TABS_MAX = 120


def violations(page: Page) -> list[str]:
    """What axe finds wrong on a page as it stands: the rule, and the first element that breaks it."""
    found = _AXE.run(page).response["violations"]
    return [f"{page.url} {rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found]


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until an element has the focus; fails when the keyboard does not reach it."""
    for _ in range(TABS_MAX):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {wanted}")


def press(page: Page, wanted: Locator) -> None:
    """Reach a link or a button with the keyboard and press it."""
    tab_to(page, wanted)
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def type_into(page: Page, wanted: Locator, text: str) -> None:
    """Reach a field with the keyboard and type into it."""
    tab_to(page, wanted)
    page.keyboard.type(text)


def choose(page: Page, wanted: Locator, value: str) -> None:
    """Reach a list to choose from with the keyboard, and go down to a value."""
    tab_to(page, wanted)
    for _ in range(TABS_MAX):
        if wanted.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the keyboard does not reach {value}")
