"""A page that is worked by keyboard alone: nothing here clicks, fills or focuses a field. Tab is pressed as often as the
order of the page says, and the focus is checked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from playwright.sync_api import FilePayload, Page, Request, Response

# Where the focus and the wanted element are in the order of Tab; a closed block around that stands for it. A date has
# four stops: year, month, day, calendar.
_WAY = """wanted => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex], iframe")]
    .filter((it) => it.tabIndex >= 0 && !it.disabled && it.type !== "hidden" && it.checkVisibility());
  const order = all.flatMap((it) => it.type === "date" ? [it, it, it, it] : [it]);
  const hidden = [...document.querySelectorAll(wanted)];
  const shown = hidden.find((it) => all.includes(it));
  let block = hidden[0]?.closest("details:not([open])");
  while (block?.parentElement.closest("details:not([open])")) block = block.parentElement.closest("details:not([open])");
  return { here: order.indexOf(document.activeElement), closed: !shown && !!block,
    there: order.indexOf(shown ?? block?.querySelector(":scope > summary")) };
}"""
_ON = "() => document.activeElement.outerHTML.slice(0, 200)"


@dataclass
class Keyboard:
    """A page and its keyboard. `sent` are the forms that were pressed: the route, and the `action` among its fields."""

    page: Page
    url: str
    routes: tuple[str, ...]
    sent: list[tuple[str, str]] = field(default_factory=list)
    loaded: int = 0

    def __post_init__(self) -> None:
        """Count the loaded pages: one that follows a form is waited for."""
        self.page.on("domcontentloaded", self._count)
        self.page.on(
            "filechooser", lambda _: None
        )  # the browser asks here from now on, not only while waited for

    def _count(self, _: Page) -> None:
        self.loaded += 1

    def open(self, path: str) -> None:
        """Type an address into the browser's own bar."""
        self.page.goto(f"{self.url}{path}")

    def press(self, *keys: str) -> None:
        """Press one key after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        """Type into the field that has the focus."""
        self.page.keyboard.type(words)

    def to(self, wanted: str) -> None:
        """Press Tab until the first element that matches has the focus; closed blocks around it are opened."""
        for _ in range(12):
            way = self.page.evaluate(_WAY, wanted)
            assert way["there"] >= 0, f"there is no {wanted} to come to on {self.page.url}"
            steps = way["there"] - way["here"]
            if way["here"] < 0:
                self.press("Tab")  # from where the page has left off, or its beginning
            elif steps:
                self.press(*["Tab" if steps > 0 else "Shift+Tab"] * abs(steps))
            elif way["closed"]:
                self.press("Enter")
            else:
                return
        raise AssertionError(f"Tab does not come to {wanted} on {self.page.url}: {self.page.evaluate(_ON)}")

    def choose_rows(self, *wanted: int) -> None:
        """Walk through the rows of a table by j and k, and choose those whose boxes have these values."""
        rows = self.page.locator("tr[data-row]")
        values = rows.evaluate_all("all => all.map((it) => Number(it.querySelector('input').value))")
        at = rows.evaluate_all(
            "all => all.findIndex((it) => it.matches('.at'))"
        )  # where it was left the last time
        for place in (values.index(one) for one in wanted):
            self.press(*["j" if place > at else "k"] * abs(place - at), "Space")
            at = place

    def put(self, wanted: str, words: str) -> None:
        """Come to a field, and type in place of its text."""
        self.to(wanted)
        self.press("Control+a")
        self.type(words)

    def switch(self, wanted: str) -> None:
        """Come to a box, and change it."""
        self.to(wanted)
        self.press("Space")

    def tick(self, wanted: str) -> None:
        """Come to a box, and tick it where it is not."""
        self.to(wanted)
        if not self.page.evaluate("() => document.activeElement.checked"):
            self.press("Space")

    def choose(self, wanted: str, label: str) -> None:
        """Come to a choice, and go down or up to one by its label."""
        self.to(wanted)
        options = self.page.evaluate("() => [...document.activeElement.options].map((it) => it.text.trim())")
        steps = options.index(label) - self.page.evaluate("() => document.activeElement.selectedIndex")
        self.press(*["ArrowDown" if steps > 0 else "ArrowUp"] * abs(steps))
        now = self.page.evaluate("() => document.activeElement.selectedOptions[0].text.trim()")
        assert now == label, (wanted, now)

    def attach(self, wanted: str, name: str, content: bytes) -> None:
        """Open the system's dialog for a file from its field, and name the file there."""
        self.to(wanted)
        with self.page.expect_file_chooser() as opened:
            self.press("Enter")
        opened.value.set_files(FilePayload(name=name, mimeType="application/octet-stream", buffer=content))

    def send(self, route: str, key: str = "Enter", *, on: str = "") -> Response:
        """Press a key, on the element `on` where one is given, and wait for the form that it sends and for the page that
        follows. The form must go to this route, and be taken."""
        if on:
            self.to(on)
        before = self.loaded
        with self.page.expect_response(lambda answer: self.route_of(answer.request) == route) as came:
            self.press(key)
        answer = came.value
        assert answer.status < 400, (route, answer.status)
        self.sent.append((route, _action(route, answer.request)))
        follows = answer.headers.get("x-location", "")
        is_case = re.search(r"/cases/\d+(\?|$)", follows) and "/cases/" in answer.url  # shown in place
        if (answer.status in {302, 303} or (follows and not is_case)) and self.loaded == before:
            self.page.wait_for_event("domcontentloaded")
        self.page.wait_for_function("() => typeof sending === 'undefined' || !sending")
        return answer

    def take(self, key: str = "Enter", *, on: str = "") -> str:
        """Press a key, on the element `on`, that downloads a file; its name."""
        if on:
            self.to(on)
        with self.page.expect_download() as came:
            self.press(key)
        return came.value.suggested_filename

    def route_of(self, request: Request) -> str:
        """The route that a form is sent to; empty for others."""
        if request.method != "POST" or not request.url.startswith(self.url):
            return ""
        path = request.url[len(self.url) :].split("?")[0]
        return next((route for route in self.routes if fits(route, path)), "")


def fits(route: str, path: str) -> bool:
    """Whether a path is one of the route's."""
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), path) is not None


def _action(route: str, request: Request) -> str:
    """The step that a form asks for: the value of its button, or the end of its address."""
    if route.endswith("{action}"):
        return request.url.rpartition("/")[2]
    found = re.search(r'(?:^|&)action=(\w+)|name="action"\r\n\r\n(\w+)', request.post_data or "")
    return (found[1] or found[2]) if found else ""


def most_fixed_first(routes: Iterable[str]) -> tuple[str, ...]:
    """The routes in the order in which they are tried: those with fewer parameters first."""
    return tuple(sorted(routes, key=lambda route: (route.count("{"), route)))
