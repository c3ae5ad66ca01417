"""The page in Chromium: what it asks for, what it does, whether everyone can use it."""

import base64

import pytest

from tests.report.browser.conftest import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# what a slider's listeners wait for
_MOVE = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))"


def test_it_opens_within_a_second_without_an_error_and_asks_for_nothing_else(browser):
    seconds = browser.open()

    assert browser.errors() == []
    assert browser.asked() == [browser.path.as_uri()]
    assert seconds < 1


def test_no_request_leaves_it_even_if_something_tried(browser):
    browser.open()
    browser.run("const i = new Image(); i.src = 'http://127.0.0.1:9/x.png'; document.body.append(i)")

    assert "violates" in " ".join(browser.errors())


def test_the_slider_reads_the_loss_off(browser):
    browser.open()
    slider, readout = browser.find(".course input[type=range]"), browser.find(".course output")
    before = readout.text

    browser.run(_MOVE, slider, 1)

    assert before.startswith("epoch 60: loss 0.0")
    assert readout.text.startswith("epoch 1: loss 0.")
    assert readout.text != before


def test_the_slider_changes_the_canvas_and_goes_back_to_the_untrained_network(browser):
    browser.open()
    slider, picture = browser.find(".course input[type=range]"), "return document.querySelector('canvas').toDataURL()"
    pictures = []
    for place in (60, 0, 30, 60):
        browser.run(_MOVE, slider, place)
        pictures.append(browser.run(picture))

    assert len(set(pictures)) == 3
    assert pictures[0] == pictures[-1]
    browser.run(_MOVE, slider, 0)
    assert browser.find(".course output").text == "before the first epoch: untrained"


def test_the_pointer_over_the_lines_moves_the_slider(browser):
    from selenium.webdriver import ActionChains

    browser.open()
    ActionChains(browser.driver).move_to_element(browser.find(".chart")).perform()

    assert 20 < int(browser.find(".course input[type=range]").get_property("value")) < 40


def test_a_unit_under_the_pointer_or_in_focus_shows_its_weights(browser):
    from selenium.webdriver import ActionChains

    browser.open()
    unit, readout = browser.find('.unit[data-unit="u1-0"]'), browser.find(".network output")
    hint = readout.text

    ActionChains(browser.driver).move_to_element(unit).perform()
    shown = readout.text
    lit = browser.run("return document.querySelectorAll('.net line.on').length")
    ActionChains(browser.driver).move_to_element(browser.find("h1")).perform()
    after = readout.text
    browser.run("arguments[0].focus()", unit)

    assert shown.startswith("layer 1, unit 1")
    assert "x0" in shown
    assert lit > 0
    assert (hint, readout.text) == (after, shown)


def test_a_table_is_sorted_by_the_column_whose_name_is_pressed(browser):
    browser.open()
    cells = (
        "const t = document.getElementById('run1-baselines').closest('table');"
        "return [...t.tBodies[0].rows].map((row) => row.cells[1].textContent)"
    )
    before = browser.run(cells)
    button = browser.driver.find_element("xpath", "//*[@id='run1-baselines']/ancestor::table//th[2]/button")

    button.click()
    up = browser.run(cells)
    button.click()
    down = browser.run(cells)

    assert up == sorted(up)
    assert up != before
    assert [each.split()[0] for each in down] == [each.split()[0] for each in reversed(up)]


def test_it_speaks_italian_numbers_and_all(chromium, written):
    page = Browser(chromium, written["it"])
    page.open()

    assert page.find("html").get_attribute("lang") == "it"
    assert page.find("#answer h2").text == "La risposta"
    assert page.find(".course output").text.startswith("epoca 60: perdita 0,0")
    assert page.errors() == []


def read(page):
    return page.run("return document.body.innerText")


def test_its_language_is_switched(in_both):
    in_both.open()
    english, title = read(in_both), in_both.driver.title

    in_both.find("label[for=language-it]").click()
    italian = read(in_both)

    assert "The answer" in english
    assert "La risposta" not in english
    assert "La risposta" in italian
    assert "The answer" not in italian
    assert in_both.find("html").get_attribute("lang") == "it"
    assert in_both.driver.title != title
    slider, readout = in_both.find(".body[lang=it] input[type=range]"), in_both.find(".body[lang=it] .course output")
    in_both.run(_MOVE, slider, 30)
    assert readout.text.startswith("epoca 30: perdita 0,")
    before = in_both.run("return document.querySelector('.body[lang=it] canvas').toDataURL()")
    in_both.run(_MOVE, slider, 0)
    assert in_both.run("return document.querySelector('.body[lang=it] canvas').toDataURL()") != before
    in_both.find("label[for=language-en]").click()
    assert read(in_both) == english
    assert in_both.errors() == []
    assert in_both.asked() == [in_both.path.as_uri()]


def test_its_language_is_switched_by_keys_and_without_javascript(in_both):
    in_both.open(script=False)
    in_both.find("#language-en").send_keys("\ue014")  # the arrow to the right

    assert "La risposta" in in_both.find("body").text
    assert "The answer" not in in_both.find("body").text
    in_both.open()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 390])
@pytest.mark.parametrize("code", ["en", "it"])
def test_axe_finds_nothing(in_both, scheme, width, code):
    in_both.open(scheme=scheme, width=width)
    in_both.find(f"label[for=language-{code}]").click()
    in_both.run("document.querySelectorAll('details').forEach((each) => { each.open = true })")

    assert in_both.axe() == []


def test_dark_has_light_letters_on_a_dark_ground(browser):
    colors = "const s = getComputedStyle(document.documentElement); return [s.color, s.backgroundColor]"
    browser.open(scheme="light")
    light = browser.run(colors)
    browser.open(scheme="dark")

    ink, paper = (sum(map(int, color[4:-1].split(","))) for color in browser.run(colors))
    assert ink > paper
    assert light != browser.run(colors)


def test_a_phone_shows_it_without_moving_sideways(browser):
    browser.open(width=390)

    assert browser.run("return document.documentElement.scrollWidth") <= 390


def test_it_prints(browser):
    browser.open()
    printed = browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})

    content = base64.b64decode(printed["data"])
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") + content.count(b"/Type/Page") > 1


def test_all_its_texts_are_there_without_javascript(browser):
    read = "return document.querySelector('main').textContent.replace(/\\s+/g, ' ')"
    browser.open()
    with_script = browser.run(read)
    browser.open(script=False)
    without = browser.driver.execute_cdp_cmd(
        "DOM.getOuterHTML", {"nodeId": browser.driver.execute_cdp_cmd("DOM.getDocument", {})["root"]["nodeId"]}
    )["outerHTML"]
    browser.open()

    for text in ("Beside simple models", "held-out rows", "dlwhy train", "Reproduce this", "The numbers behind it"):
        assert text in with_script
        assert text in without
    assert "<button" not in without


def test_hostile_names_run_nothing(hostile_browser):
    from selenium.common.exceptions import NoAlertPresentException

    hostile_browser.open()
    hostile_browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true })")

    with pytest.raises(NoAlertPresentException):
        _ = hostile_browser.driver.switch_to.alert.text
    assert hostile_browser.errors() == []
    assert hostile_browser.run("return document.querySelectorAll('main img, main b').length") == 0
    assert "<script>alert(1)</script>" in hostile_browser.run("return document.body.textContent")
