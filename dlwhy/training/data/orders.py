"""The order in which an epoch takes its rows: what `preparing.generator` draws for it, with many epochs seeded at once.

To seed a generator took longer than to draw 700 rows with it. So NumPy's `SeedSequence` takes the seed, and only the
last word, the epoch, is mixed in here, as it would do that itself (M. E. O'Neill's `seed_seq_fe`, NumPy's documented
algorithm), for a block of epochs.
"""

import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.training.data import preparing

_BLOCK = 64
# the words of one seed and block are 2 KiB
_BLOCKS = 4096
# constants of `SeedSequence`: of its pool of 4 words, and of the 8 words that `PCG64` takes from it
_INIT_POOL, _TIMES_POOL = 0x43B0D7E5, 0x931E8875
_INIT_OUT, _TIMES_OUT = 0x8B51F9DD, 0x58F38DED
_MIX_LEFT, _MIX_RIGHT = np.uint32(0xCA01F9DD), np.uint32(0x4973F715)
_HALF = np.uint32(16)
# words that went into the pool before the epoch: 4 of the seed, 12 among themselves, 4 times the purpose
_BEFORE = 20


class _Words(np.random.bit_generator.ISeedSequence):
    """A seed sequence whose words are known."""

    def __init__(self, words: npt.NDArray[np.uint64]):
        self.words = words

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> npt.NDArray[Any]:  # noqa: ARG002  # NumPy's signature
        return self.words


def order(seed: int, epoch: int, n: int) -> npt.NDArray[np.int32]:
    """Draw the order of an epoch's rows, (n,): a permutation by `preparing.generator(seed, "order", epoch)`."""
    block, place = divmod(epoch, _BLOCK)
    words = _Words(_words(seed, block)[place])
    bits = np.random.PCG64(words)  # type: ignore[arg-type]  # NumPy's stubs know only its own `ISeedSequence`
    return np.random.Generator(bits).permutation(n).astype(np.int32)


@functools.lru_cache(maxsize=_BLOCKS)
def _words(seed: int, block: int) -> npt.NDArray[np.uint64]:
    """Give what seeds the generators of a block of epochs, (_BLOCK, 4)."""
    pool = np.random.SeedSequence(seed, spawn_key=(preparing.PURPOSES["order"],)).pool
    epochs = np.arange(block * _BLOCK, (block + 1) * _BLOCK, dtype=np.uint32)[:, None]
    hashed = _hashed(epochs, _constants(_INIT_POOL, _TIMES_POOL, _BEFORE, 4))
    mixed = _MIX_LEFT * pool - _MIX_RIGHT * hashed
    mixed ^= mixed >> _HALF
    words = _hashed(np.tile(mixed, 2), _constants(_INIT_OUT, _TIMES_OUT, 0, 8))
    return words.view("<u4").astype("<u4").view("<u8").astype(np.uint64)


def _hashed(values: npt.NDArray[np.uint32], constants: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    hashed = (values ^ constants[:-1]) * constants[1:]
    return hashed ^ (hashed >> _HALF)


@functools.cache
def _constants(start: int, times: int, first: int, count: int) -> npt.NDArray[np.uint32]:
    """Give what `SeedSequence` hashes the words from `first` on with: one more than there are words."""
    return np.array([start * pow(times, k, 1 << 32) % (1 << 32) for k in range(first, first + count + 1)], np.uint32)
