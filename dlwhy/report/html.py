"""The page: what was gathered, in a language, as one file that needs no other."""

import base64
import dataclasses
import functools
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlwhy.messages.language import LANGUAGES, Language, load
from dlwhy.report import loss, neurons, proof
from dlwhy.report.content import Amount, Cell, Page, Said, Study, Unit, Word
from dlwhy.text import display, plain, unbroken

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

__all__ = ["language", "render"]
_HERE = Path(__file__).parent
# foreign text on a page: longer than in a terminal, but never endless
# what the only output is called, of two classes and of numbers
_PROBABILITY, _NUMBER = "probability of ", " (bright: high)"
# what stands in the page until the proof does; no name can be it, for it would be escaped
_PROOF = "<&proof>"
_NOTHING = "\N{EN DASH}"
_LONGEST, _SHORT, _LINE = 1000, 24, 20_000


@functools.cache
def language(code: str) -> Language:
    """Return the language of a page.

    Raises
    ------
    UsageError
        If there is no such language.

    """
    return load(code, _HERE / "messages")


def render(page: Page, *languages: Language) -> str:
    """Write a page in one language, or in several of which the first is shown first; the same page, the same text."""
    style, script = (_part(f"page.{kind}") for kind in ("css", "js"))
    bodies = [_body(page, each, "" if each is languages[0] else f"{each.code}-") for each in languages]
    text = (
        _environment(languages[0])
        .get_template("page.html.j2")
        .render(page=page, bodies=bodies, css=style, js=script, policy=_digest_of(script), proof=_PROOF)
    )
    written = _tidy(text) + "\n"
    # last, for it has the digest of all the rest
    return written.replace(_PROOF, str(embedded(proof.sealed(written.replace(_PROOF, ""), page.proof))))


def _body(page: Page, lang: Language, at: str) -> dict[str, str]:
    """Write what a page says in one language; `at` begins all names in it."""
    title = lang.say("page.title", of=_subjects(page, lang))
    html = _environment(lang).get_template("body.html.j2").render(page=page, title=title, at=at)
    return {"code": lang.code, "name": LANGUAGES[lang.code], "title": title, "html": html}


def _tidy(text: str) -> str:
    """Leave out empty lines, and blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


@functools.lru_cache(maxsize=4)  # templates take longer to compile than to fill in
def _environment(lang: Language) -> "jinja2.Environment":
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {
        "cell": lambda value: _cell(value, lang),
        "said": lambda text: _said(text, lang),
        "value": lambda value: lang.value(str(value)),
        "sort_by": _sort_by,
        "ours": Markup,  # what we made ourselves: style, script, lines and images
        "headline": lambda name, said: _headline(name, said, lang),
        "titled": _titled,
        "stage_name": lambda stage: _stage(stage, lang),
        "unit_name": lambda unit: _unit(unit, lang),
        "study_name": lambda study: _study(study, lang),
        "label": lambda unit: display(_label(unit, lang), _SHORT),
        "is_bright": _is_bright,
        "short": lambda name: display(name, _SHORT),
        "whole": lambda text: Markup("{}").format(display(text, _LINE)),
        "weights_table": neurons.table,
        "loss_table": loss.table,
        "readings": loss.readings,
        "facts": lambda scrub: None if scrub is None else dataclasses.asdict(scrub),
    }
    environment.globals |= {
        "t": lambda key, **values: unbroken(lang.say(key, **values)),
        "lang": lang.code,
        "embedded": embedded,
    }
    return environment


def _part(name: str) -> str:
    return _tidy((_HERE / "templates" / name).read_text(encoding="utf-8"))


def _digest_of(script: str) -> str:
    """Return what a browser knows our script by; it runs no other."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _titled(svg: str, title: str) -> "Markup":
    """Put a title into a picture of ours."""
    from markupsafe import Markup, escape

    start, end, rest = svg.partition(">")
    return Markup(f"{start}{end}<title>{escape(title)}</title>{rest}")  # noqa: S704


def _headline(name: str, said: tuple[str, Mapping[str, Any]], lang: Language) -> str:
    """Say what a model scores; values are numbers as we write them."""
    values = {key: lang.value(value) if isinstance(value, str) else value for key, value in said[1].items()}
    return unbroken(lang.say(said[0], name=display(name), **values))  # long enough to tell where it lies


def _stage(stage: str, lang: Language) -> str:
    word, _, place = stage.partition(" ")
    return lang.say(f"neurons.{word}", n=place)


def _unit(unit: Unit, lang: Language) -> str:
    name = _label(unit, lang) or lang.say("neurons.unit", stage=_stage(unit.stage, lang), n=unit.number)
    return lang.say("neurons.dead", name=name) if unit.dead else name


def _label(unit: Unit, lang: Language) -> str:
    """Return the name of a unit, if it has one: a column, a class, or what is ours to say of the only output."""
    name = unit.name
    if unit.stage == "output" and name.startswith(_PROBABILITY):
        return lang.say("neurons.probability", name=name.removeprefix(_PROBABILITY))
    if _is_bright(unit):
        return lang.say("neurons.number", name=name.removesuffix(_NUMBER))
    return name


def _is_bright(unit: Unit) -> bool:
    """Say whether a unit's image is told to be bright where its number is high: so it must be on a dark page, too."""
    return unit.stage == "output" and unit.name.endswith(_NUMBER)


def _study(study: Study, lang: Language) -> str:
    """Name a study, with the table of the user's that it is on."""
    name = lang.say(f"study.name.{study.name}")
    return f"{name}, {display(study.own, _SHORT)}" if study.own else name


def _subjects(page: Page, lang: Language) -> str:
    """Name what a page is about: its data sets, and its studies."""
    runs = [run.name for run in page.runs]
    return ", ".join(dict.fromkeys([*runs, *(lang.say(f"study.name.{study.name}") for study in page.studies)]))


def embedded(value: Any) -> "Markup":
    """Return a value as JSON for a script element, which nothing in it can end."""
    from markupsafe import Markup

    text = json.dumps(plain(value), allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e"))  # noqa: S704


def _shown(value: Any) -> Any:
    """Make foreign text safe to look at: no controls and no bidi marks; the template escapes what is markup."""
    return display(value, _LONGEST) if type(value) is str else value


def _cell(value: Cell, lang: Language) -> Any:
    if value is None:
        return _NOTHING
    if isinstance(value, Word):
        return lang.say(value.key)
    if isinstance(value, Said):
        return _said(value.text, lang)
    if isinstance(value, Unit):
        return _unit(value, lang)
    if isinstance(value, Amount):
        return lang.value(value.text) or _NOTHING
    return lang.shown(value) if isinstance(value, int) else value


def _said(text: str, lang: Language) -> "Markup":
    """Return a sentence in the page's language; where there is none, as it is, marked as English."""
    from markupsafe import Markup, escape

    found, code = lang.sentence(text)
    shown = escape(unbroken(display(found, _LONGEST)))
    return shown if code == lang.code else Markup('<span lang="{}">{}</span>').format(code, shown)


def _sort_by(value: Cell) -> Any:
    """Return what a table is sorted by."""
    if isinstance(value, Amount):
        return "" if value.value is None else repr(float(value.value))
    return value if isinstance(value, int) else ""
