"""Which encoding bytes are in that are not UTF-8: the one in which all words look like words, or none."""

import contextlib
import itertools
import re
import unicodedata
import warnings
from collections.abc import Collection

from dlwhy.errors import DlwhyNote, DlwhyWarning, InputRefusedError
from dlwhy.text import display

# the code pages that spreadsheets write, the most usual first
_CANDIDATES = (
    *("cp1252", "cp1250", "cp1254", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256"),
    *("gb18030", "cp932", "big5", "cp949", "euc_jp", "mac_roman", "cp850"),
)
_WESTERN = ("àâæçéèêëîïôœùûüÿ", "äöüßé", "áéíñóúü", "áâãàçéêíóôõú", "àèéìòóù", "åäöæøéü", "ëïéèöüó", "ðþæöáéíóúý")
_RUSSIAN = ("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя")
# the letters of one language, beyond ASCII; those of rare words are left out, since they are the usual ones of others
_ALPHABETS = {
    "cp1252": _WESTERN,
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíľňóôšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüß"),
    "cp1254": ("çğıİöşüâî",),
    "cp1251": _RUSSIAN,
    "koi8_r": _RUSSIAN,
}
# first bytes of the characters that nearly all text is made of: kana and the first level of a national standard
_USUAL = {
    "gb18030": range(0xB0, 0xD8),
    "cp932": (0x82, 0x83, *range(0x88, 0x98)),
    "big5": range(0xA4, 0xC7),
    "cp949": range(0xB0, 0xC9),
    "euc_jp": (0xA4, 0xA5, *range(0xB0, 0xD0)),
}
# these stand beside letters and digits in any text
_ANYWHERE = set("°µ²³½¼¾ªº·…'\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}\N{EN DASH}")
# and these stand round numbers: where a text has nothing else beyond ASCII, it is in the code page that has them there
_SIGNS = set("°µ±²³½¼¾€£·\N{MULTIPLICATION SIGN}")
_INSIDE = re.compile(r"[^\W\d_][°²³¹½¼¾][^\W\d_]{2}|[½¼¾][^\W\d_\x00-\x7f]")
_MOST_BYTES, _MOST_WORDS, _SHOWN = 1 << 20, 2000, 3


def recognised(sample: bytes, source: str) -> str:
    """Return the encoding of some bytes that are not all ASCII, and say so if it is not UTF-8.

    Raises
    ------
    InputRefusedError
        If it can't be told.

    """
    # from the first line that tells something
    beyond = re.search(rb"[\x80-\xff]", sample)
    start = sample.rfind(b"\n", 0, beyond.start()) + 1 if beyond else 0
    sample = sample[start : start + _MOST_BYTES]
    lines = sample[: sample.rfind(b"\n") + 1] or sample
    if _mostly_utf8(lines):
        _warn_of_conversions(lines.decode(errors="replace"), source)
        return "utf-8"
    # no second byte of a character is one of those that part words here
    words = sorted(set(re.findall(rb"[^\x00-\x2f:;]*[\x80-\xff][^\x00-\x2f:;]*", lines)))[:_MOST_WORDS]
    western = _decoded(words, "cp1252")
    if western and {character for word in western for character in word if character > "\x7f"} <= _SIGNS:
        return _named(western, "cp1252", source)
    readings = {name: text for name in _CANDIDATES if (text := _decoded(words, name)) and _plausible(text, name)}
    likely: dict[tuple[str, ...], str] = {}
    for name, text in readings.items():
        likely.setdefault(tuple(text), name)
    if len(likely) == 1:
        ((words_of_it, name),) = likely.items()
        return _named(words_of_it, name, source)
    raise _refused(words, list(likely.values()) or _of_library(lines), source)


def _named(words: Collection[str], name: str, source: str) -> str:
    """Say which encoding it is."""
    note = f'{source}: read as {name} ("{display(_telling(words, ()), 20)}"); --encoding names another'
    warnings.warn(note, DlwhyNote, stacklevel=3)
    return name


def _mostly_utf8(lines: bytes) -> bool:
    """Return whether this is UTF-8, perhaps with damage: then it is nothing else."""
    text = lines.decode(errors="replace")
    beyond = sum(1 for character in text if character > "\x7f")
    # a replacement character that stands there was written by another program
    return 2 * (text.count("\ufffd") - lines.count("\ufffd".encode())) < beyond


def _warn_of_conversions(text: str, source: str) -> None:
    """Warn of text that was converted to UTF-8 from an encoding that it was not in."""
    if lost := re.search(r'[^\s,;|"]*\ufffd[^\s,;|"]*', text):
        said = f'letters were lost when it was converted to UTF-8: "{display(lost[0], 20)}"'
        warnings.warn(f"{source}: {said} (convert it anew)", DlwhyWarning, stacklevel=3)
    words = sorted(set(re.findall(r'[^\s,;|"]*[\x80-\uffff][^\s,;|"]*', text)))[:_MOST_WORDS]
    for wrong, right in (("latin-1", "cp1252"), ("cp1252", "utf-8")):
        for word in words:
            with contextlib.suppress(UnicodeError):
                meant = word.encode(wrong).decode(right)
                if right == "utf-8" or re.search(r"[\x80-\x9f]", word):
                    said = f'"{display(word, 20)}" where "{display(meant, 20)}" was meant'
                    warning = f"{source}: was converted as if {right} were {wrong}, so that it holds {said}"
                    warnings.warn(warning, DlwhyWarning, stacklevel=3)
                    return


def _refused(words: list[bytes], names: list[str], source: str) -> InputRefusedError:
    from charset_normalizer.md import mess_ratio

    texts = {name: text for name in names if (text := _decoded(words, name))}
    shown = {name: _telling(text, [t for t in texts.values() if t != text]) for name, text in texts.items()}
    names = sorted(shown, key=lambda name: round(mess_ratio(" ".join(texts[name])), 1))
    samples = [f'{name} ("{display(shown[name], 20)}")' for name in names[:_SHOWN]]
    if not samples:
        return InputRefusedError(f"{source}: is neither UTF-8 nor any encoding known here", "is this a text file?")
    return InputRefusedError(f"{source}: is not UTF-8; it could be {' or '.join(samples)}", "--encoding NAME decides")


def _of_library(lines: bytes) -> list[str]:
    """Return what a library that knows more encodings would try; alone it is too easily sure of short texts."""
    import charset_normalizer

    return [match.encoding for match in charset_normalizer.from_bytes(lines)]


def _telling(text: Collection[str], others: Collection[Collection[str]]) -> str:
    """Return the word that the other readings have otherwise, and that is longest."""
    differing = [word for place, word in enumerate(text) if all(list(other)[place] != word for other in others)]
    return max(differing or text, key=lambda word: (sum(character.isalpha() for character in word) > 1, len(word)))


def _decoded(words: list[bytes], name: str) -> list[str] | None:
    try:
        return [word.decode(name) for word in words]
    except (UnicodeDecodeError, LookupError):
        return None


def _plausible(words: list[str], name: str) -> bool:
    """Return whether words look like words of a language that is written in an encoding."""
    if any(_odd(word) for word in words):
        return False
    letters = {character for word in words for character in word if character.isalpha() and character > "\x7f"}
    letters -= _ANYWHERE
    if usual := _USUAL.get(name):
        encoded = [letter.encode(name) for letter in letters]
        common = sum(two[0] in usual and (two[-1] >= 0xA0 or name in ("cp932", "big5")) for two in encoded)
        # what Japanese is without kana may as well be Chinese
        return common > 0.9 * len(encoded) and (name != "euc_jp" or any("ぁ" <= letter <= "ヿ" for letter in letters))
    lower = {letter.lower() for letter in letters} | {letter for letter in letters if letter == "İ"}
    alphabets = _ALPHABETS.get(name)
    return alphabets is None or any(lower <= set(alphabet) | {"i̇"} for alphabet in alphabets)


def _odd(word: str) -> bool:
    """Return whether a word has something in it that no word has: two scripts, a sign or a capital among letters."""
    if any(unicodedata.category(character)[0] == "C" or "\uff61" <= character <= "\uff9f" for character in word):
        return True
    if _INSIDE.search(word):
        return True
    if any(unicodedata.category(character) == "Sk" for character in set(word) - _ANYWHERE if character > "\x7f"):
        return True
    return any(_odd_pair(*pair) for pair in itertools.pairwise(word) if not (pair[0] + pair[1]).isascii())


def _odd_pair(left: str, right: str) -> bool:
    kinds = [unicodedata.category(character)[0] for character in (left, right)]
    if min(left, right) > "\x7f" and "L" not in kinds:
        return kinds != ["P", "P"]
    if {left, right} & _ANYWHERE:
        return False
    if kinds == ["L", "M"]:
        return _script(right) not in ("COMBINING", _script(left))
    if left.isalpha() and right.isalpha():
        return _script(left) != _script(right) or (left.islower() and right.isupper())
    if left.isalpha() or right.isalpha():
        letter, other = (left, right) if left.isalpha() else (right, left)
        sign = unicodedata.category(other)[0] == "S" or unicodedata.category(other) in ("Po", "No")
        sign |= other > "\x7f" and other == right and unicodedata.category(other) == "Ps"
        return (letter.isascii() and sign) or (letter > "\x7f" and (sign or (other.isdigit() and letter < "\u2e80")))
    return False


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "?").partition(" ")[0]
    return "EAST" if name in ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA") else name
