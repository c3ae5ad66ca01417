"""A browser for all tests of the page, one process; where there is none, `make test-browser` brings it."""

import contextlib
import dataclasses
import importlib
import importlib.util
import json
import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from dlwhy.data.stored import storage
from dlwhy.figures.subject import Subject
from dlwhy.models.keras_file import archive
from dlwhy.report import gathering, html, scrub
from tests.report.conftest import LANGUAGES
from tests.report.test_scrub import with_snapshots

AXE = Path(sys.prefix) / "browser" / "node_modules" / "axe-core" / "axe.min.js"
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_DRIVER = shutil.which("chromedriver")
_SWITCHES = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1000,1200")


def pytest_addoption(parser):
    """Where all was installed on purpose, as by `make test-browser`, nothing that is missing is passed over."""
    parser.addoption("--browser-required", action="store_true", help="fail without a browser, instead of skipping")


@pytest.fixture(scope="session")
def equipment(request):
    """Selenium's drivers, if all that the page is looked at with is here; else skip, or fail if it was required."""
    found = {
        "selenium": importlib.util.find_spec("selenium"),
        "chromium": _CHROMIUM,
        "chromedriver": _DRIVER,
        "axe-core": AXE.is_file(),
    }
    if missing := ", ".join(name for name, there in found.items() if not there):
        end = pytest.fail if request.config.getoption("--browser-required", default=False) else pytest.skip
        end(f"not here: {missing}; make test-browser installs what it can")
    return importlib.import_module("selenium.webdriver")


@pytest.fixture(scope="session")
def chromium(equipment, tmp_path_factory):
    """A browser without a screen, and without a network that it would miss."""
    webdriver = equipment
    options = webdriver.ChromeOptions()
    options.binary_location = _CHROMIUM
    for switch in (*_SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(_DRIVER, log_output=os.devnull)
    browser = webdriver.Chrome(options=options, service=service)
    yield browser
    with contextlib.suppress(Exception):
        browser.quit()


class Browser:
    """A page in a browser, and what happened since it was opened."""

    def __init__(self, driver, path):
        self.driver, self.path = driver, path

    def open(self, *, scheme="light", script=True, width=1000):
        """Open the page anew; the seconds until all of it was there."""
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        for command, values in (
            ("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}),
            ("Emulation.setScriptExecutionDisabled", {"value": not script}),
            (
                "Emulation.setDeviceMetricsOverride",
                {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
            ),
        ):
            self.driver.execute_cdp_cmd(command, values)
        began = time.perf_counter()
        self.driver.get(self.path.as_uri())
        return time.perf_counter() - began

    def run(self, script, *arguments):
        """Run JavaScript of the test's own, and give what it returns."""
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        """The first element of a kind."""
        return self.driver.find_element("css selector", selector)

    def errors(self):
        """What stands on the console."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def asked(self):
        """The addresses that were asked for, but for what the page has in itself."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]
        return [address for address in sent if not address.startswith("data:")]

    def axe(self):
        """What axe-core finds, as rule and element."""
        self.run(AXE.read_text())
        script = "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(done)"
        found = self.driver.execute_async_script(script)
        return [(each["id"], node["html"][:120]) for each in found["violations"] for node in each["nodes"]]


@pytest.fixture(scope="session")
def written(page, demo, tmp_path_factory):
    """The page of the demonstration, as if it had kept snapshots, and of a study, as a file, by language."""
    model = page.runs[0].model
    trained = with_snapshots(archive.read(demo / "model.keras"), epochs=(0, 30, 60))
    found = scrub.frames(Subject.from_trained(trained, storage.read(demo / "dataset.joblib")))
    model = dataclasses.replace(model, loss=dataclasses.replace(model.loss, scrub=found))
    page = dataclasses.replace(page, runs=[dataclasses.replace(page.runs[0], model=model)])
    folder = tmp_path_factory.mktemp("pages")
    pages = {"en": LANGUAGES[:1], "it": LANGUAGES[1:], "both": LANGUAGES}
    for name, languages in pages.items():
        (folder / f"{name}.html").write_text(html.render(page, *languages))
    return {name: folder / f"{name}.html" for name in pages}


@pytest.fixture
def browser(chromium, written):
    """The English page in the browser."""
    return Browser(chromium, written["en"])


@pytest.fixture
def in_both(chromium, written):
    """The page in both languages in the browser."""
    return Browser(chromium, written["both"])


@pytest.fixture
def hostile_browser(chromium, hostile, tmp_path):
    """A page of a table whose names would do harm."""
    path = tmp_path / "hostile.html"
    path.write_text(html.render(gathering.page([str(hostile)], LANGUAGES), *LANGUAGES))
    return Browser(chromium, path)
