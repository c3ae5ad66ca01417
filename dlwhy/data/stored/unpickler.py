"""Read what `joblib.dump` wrote without running anything of it: data come out, no class or function ever gets in.

Pickle is a little machine language. Here a machine of our own reads it, which knows the opcodes that plain data need
and no others. Names of classes become one of three tokens or an error; what a token may be asked to do is to describe
an array, whose bytes are then read as numbers. An allow-list of real classes is not safe: NumPy's dtype alone, given
the wrong state, reads memory through pointers that the file chose.
"""

import pickle
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from dlwhy.data.stored.decompression import Content
from dlwhy.data.stored.described_array import HINT, Header, NumberType, Token, read_array
from dlwhy.errors import InputRefusedError
from dlwhy.text import display

MAX_OPCODES = 1_000_000  # ten thousand columns with all that can be said of them take 160,000
MAX_TEXT = 16 << 20  # bytes, of all texts together
MAX_NAME = 200
MAX_VALUES = 1_000_000
MAX_DEPTH = 16
_PROTOCOLS = range(2, 6)


def load(content: Content) -> Any:
    """Read one value: dicts with text keys, lists, tuples, texts, numbers, booleans, None and arrays of numbers.

    Raises
    ------
    InputRefusedError
        If the content holds anything else, is damaged, or wants more than the limits give.

    """
    try:
        value = _Machine(content).run()
        content.finish()
        _check(value)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, struct.error, MemoryError) as error:
        raise InputRefusedError(f"is damaged ({type(error).__name__})", "make it again, or copy it again") from error
    return value


class _Machine:
    """The stack, the marks on it and the memo of one file being read."""

    def __init__(self, content: Content):
        self.content = content
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}
        self.text_left = MAX_TEXT

    def run(self) -> Any:
        read, operations, stop = self.content.read, _OPERATIONS, pickle.STOP
        if read(1) != pickle.PROTO or read(1)[0] not in _PROTOCOLS:
            raise InputRefusedError("is not a file of joblib, or of protocol 0 or 1", HINT)
        for _ in range(MAX_OPCODES):
            opcode = read(1)
            if opcode == stop:
                return self.pop()
            if opcode not in operations:
                raise InputRefusedError(f"uses the pickle opcode {opcode[0]:#04x}, which plain data don't need", HINT)
            operations[opcode](self)
        raise InputRefusedError("holds too many values", HINT)

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def pop(self) -> Any:
        return self.stack.pop()

    def top(self, kind: type) -> Any:
        """Return the value on top, which has to be of this very kind."""
        if type(self.stack[-1]) is not kind:
            raise TypeError
        return self.stack[-1]

    def mark(self) -> None:
        self.marks.append(len(self.stack))

    def pop_to_mark(self) -> list[Any]:
        start = self.marks.pop()
        values = self.stack[start:]
        del self.stack[start:]
        return values

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.content.read(struct.calcsize(form)))[0]

    def text(self, form: str) -> str:
        length = self.number(form)
        self.text_left -= length
        if self.text_left < 0:
            raise InputRefusedError(f"holds more than {MAX_TEXT >> 20} MiB of text", HINT)
        return self.content.read(length).decode()

    def integer(self) -> int:
        return int.from_bytes(self.content.read(self.number("<B")), "little", signed=True)

    def line(self) -> str:
        """Read a name of protocol 2 or 3, which ends with its line."""
        name = bytearray()
        while (byte := self.content.read(1)) != b"\n":
            name += byte
            if len(name) > MAX_NAME:
                raise InputRefusedError("wants a Python object with a very long name; such files are never run", HINT)
        return name.decode()

    def append(self, values: list[Any]) -> None:
        self.top(list).extend(values)

    def set_items(self, values: list[Any]) -> None:
        target = self.top(dict)
        keys = values[::2]
        if len(values) % 2 or not all(type(key) is str for key in keys):
            raise InputRefusedError("holds a dict with a key that is not text", HINT)
        target.update(zip(keys, values[1::2], strict=True))

    def call(self) -> None:
        """Obey REDUCE: call a function. The only one there is describes the type of an array's numbers."""
        arguments = self.pop()
        if self.pop() is not Token.DTYPE:
            raise InputRefusedError("calls a function", HINT)
        self.push(NumberType.of(arguments, self.array_name()))

    def build(self) -> None:
        """Obey BUILD: give the object on top its state."""
        state = self.pop()
        described = self.stack[-1]
        if type(described) is NumberType:
            described.set_byte_order(state, self.array_name())
        elif type(described) is Header and not described.done and type(state) is dict:
            described.done = True
            self.stack[-1] = read_array(self.content, state, self.array_name())
        else:
            raise InputRefusedError("changes an object that is not an array", HINT)

    def array_name(self) -> str:
        """Name the array that is being described, for a message: as the dict does that it is in."""
        top = len(self.stack) - 1
        for i in range(top, max(0, top - 16), -1):  # never further: a file could make us search for hours
            if type(self.stack[i]) is Header:
                key = self.stack[i - 1]
                return f'array "{display(key)}"' if type(key) is str else "an array"
        return "an array"

    def push_token(self, module: Any, name: Any) -> None:
        if type(module) is not str or type(name) is not str:
            raise TypeError
        wanted = f"{module}.{name}"
        try:
            self.push(Token(wanted))
        except ValueError:
            raise InputRefusedError(
                f"wants the Python object {display(wanted, 120)}; such files are never run", HINT
            ) from None

    def make(self) -> None:
        """Obey NEWOBJ: make an object without arguments."""
        arguments = self.pop()
        if self.pop() is not Token.WRAPPER or arguments != ():
            raise InputRefusedError("makes an object that is not an array", HINT)
        self.push(Header())


_Operation = Callable[[_Machine], None]


def _tuple_of(count: int) -> _Operation:
    def operation(machine: _Machine) -> None:
        values = tuple(machine.stack[-count:])
        if len(values) < count:
            raise IndexError
        machine.stack[-count:] = [values]

    return operation


def _stack_global(machine: _Machine) -> None:
    name, module = machine.pop(), machine.pop()
    machine.push_token(module, name)


def _set_item(machine: _Machine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.set_items([key, value])


def _memoize(index: Callable[[_Machine], int]) -> _Operation:
    def operation(machine: _Machine) -> None:
        machine.memo[index(machine)] = machine.stack[-1]

    return operation


_OPERATIONS: dict[bytes, _Operation] = {
    pickle.FRAME: lambda machine: machine.number("<Q"),  # only says how far to read ahead
    pickle.MARK: _Machine.mark,
    pickle.NONE: lambda machine: machine.push(None),
    pickle.NEWTRUE: lambda machine: machine.push(True),
    pickle.NEWFALSE: lambda machine: machine.push(False),
    pickle.BININT: lambda machine: machine.push(machine.number("<i")),
    pickle.BININT1: lambda machine: machine.push(machine.number("<B")),
    pickle.BININT2: lambda machine: machine.push(machine.number("<H")),
    pickle.LONG1: lambda machine: machine.push(machine.integer()),
    pickle.BINFLOAT: lambda machine: machine.push(machine.number(">d")),
    pickle.SHORT_BINUNICODE: lambda machine: machine.push(machine.text("<B")),
    pickle.BINUNICODE: lambda machine: machine.push(machine.text("<I")),
    pickle.EMPTY_DICT: lambda machine: machine.push({}),
    pickle.EMPTY_LIST: lambda machine: machine.push([]),
    pickle.EMPTY_TUPLE: lambda machine: machine.push(()),
    pickle.TUPLE: lambda machine: machine.push(tuple(machine.pop_to_mark())),
    pickle.TUPLE1: _tuple_of(1),
    pickle.TUPLE2: _tuple_of(2),
    pickle.TUPLE3: _tuple_of(3),
    pickle.APPEND: lambda machine: machine.append([machine.pop()]),
    pickle.APPENDS: lambda machine: machine.append(machine.pop_to_mark()),
    pickle.SETITEM: _set_item,
    pickle.SETITEMS: lambda machine: machine.set_items(machine.pop_to_mark()),
    pickle.MEMOIZE: _memoize(lambda machine: len(machine.memo)),
    pickle.BINPUT: _memoize(lambda machine: int(machine.number("<B"))),
    pickle.LONG_BINPUT: _memoize(lambda machine: int(machine.number("<I"))),
    pickle.BINGET: lambda machine: machine.push(machine.memo[machine.number("<B")]),
    pickle.LONG_BINGET: lambda machine: machine.push(machine.memo[machine.number("<I")]),
    pickle.GLOBAL: lambda machine: machine.push_token(machine.line(), machine.line()),
    pickle.STACK_GLOBAL: _stack_global,
    pickle.NEWOBJ: _Machine.make,
    pickle.REDUCE: _Machine.call,
    pickle.BUILD: _Machine.build,
}


def _check(value: Any) -> None:
    """Walk the value as a tree: what is shared counts each time, so ten lists of ten lists of ten… end here."""
    left = MAX_VALUES
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        inside = list(item.values()) if type(item) is dict else item if type(item) in (list, tuple) else ()
        left -= 1 + len(inside)
        if left < 0 or depth > MAX_DEPTH:
            raise InputRefusedError("holds too many values, or values nested too deep", HINT)
        if type(item) not in (dict, list, tuple, str, int, float, bool, type(None), np.ndarray):
            raise InputRefusedError("holds the description of an array instead of the array", HINT)
        waiting += [(one, depth + 1) for one in inside]
