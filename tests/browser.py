"""A browser, for the tests that look at pages; the `conftest.py` beside them takes it from here."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    "--autoplay-policy=no-user-gesture-required",
]

# The least contrast (WCAG 2.2) of an element in sight with text of its own, and that text.
LEAST_CONTRAST = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return channels(colour)[3] === 0 ? behind(element.parentElement) : colour;
  };
  const hasText = (element) => element.offsetParent !== null &&
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const elements = [...document.body.querySelectorAll("*:not(script)")];
  return elements.filter(hasText).map((element) => {
    const pair = [getComputedStyle(element).color, behind(element)].map(luminance);
    return [(Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05), element.textContent];
  }).reduce((least, one) => (one[0] < least[0] ? one : least));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of this machine; one module alone, as its event loop would disturb others."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=BROWSER_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def least_contrast() -> Callable[[Page], tuple[float, str]]:
    """Give the least contrast of text on a page, and that text."""

    def measure(page: Page) -> tuple[float, str]:
        contrast, text = page.evaluate(LEAST_CONTRAST)
        return contrast, text

    return measure
