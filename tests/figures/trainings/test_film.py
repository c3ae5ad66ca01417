"""Films: how long a frame is seen, the same bytes for the same frames, an encoder that is missing or fails."""

import functools
import stat

import numpy as np
import pytest
from PIL import Image

from dlwhy.errors import InputOutputError, UsageError
from dlwhy.figures.trainings import film

RAINBOW = np.linspace(0, 255, 40 * 60 * 3).reshape(40, 60, 3).astype(np.uint8)


def frame(number):
    picture = RAINBOW.copy()
    picture[:, : 10 * number] = (213, 94, 0)
    return picture


FRAMES = [functools.partial(frame, number) for number in range(4)]


def test_a_gif_has_all_frames_and_repeats_its_bytes(tmp_path):
    told = []
    for name in ("a.gif", "b.gif"):
        film.save(FRAMES, tmp_path / name, tell=told.append)
    assert told == [1, 2, 3, 4] * 2
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()

    with Image.open(tmp_path / "a.gif") as made:
        assert (made.n_frames, made.size, made.info["loop"]) == (4, (60, 40), 0)
        seen = []
        for number in range(4):
            made.seek(number)
            seen.append(made.info["duration"])
            shown = np.asarray(made.convert("RGB"), int)
            assert np.abs(shown - frame(number)).mean() < 8
            assert np.abs(shown[:, : 10 * number] - (213, 94, 0)).max(initial=0) <= 2  # a rare colour stays what it is
        assert seen == film.durations(4)


@pytest.mark.parametrize("count", [1, 2, 3, 30, 1000])
def test_a_film_takes_some_seconds_and_its_end_is_seen_longest(count):
    found = film.durations(count)
    assert len(found) == count
    assert found[-1] == max(found)
    assert all(duration % 10 == 0 and duration >= 80 for duration in found)
    assert count > 100 or sum(found) < 15_000


def test_other_endings_are_refused_and_so_is_mp4_without_ffmpeg(monkeypatch):
    with pytest.raises(UsageError, match=r"x.png: an animation is saved as .gif or .mp4"):
        film.format_of("x.png")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match=r"ffmpeg, which makes \.mp4, is not installed"):
        film.format_of("x.mp4")
    assert film.format_of("-") == "gif"


def _encoder(tmp_path, monkeypatch, script):
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def test_frames_reach_the_encoder_as_often_as_they_are_seen(tmp_path, monkeypatch):
    # the last argument is the file to make
    _encoder(tmp_path, monkeypatch, 'for last; do :; done; cat > "$last"')
    film.save(FRAMES, tmp_path / "x.mp4")
    counts = [round(duration / 40) for duration in film.durations(4)]
    expected = b"".join(frame(number).tobytes() * count for number, count in enumerate(counts))
    assert (tmp_path / "x.mp4").read_bytes() == expected


def test_an_encoder_that_fails_leaves_no_file(tmp_path, monkeypatch):
    _encoder(tmp_path, monkeypatch, "echo 'no such \x1b[31mcodec' >&2; exit 3")
    with pytest.raises(InputOutputError, match=r"ffmpeg failed: no such .*codec") as failed:
        film.save(FRAMES, tmp_path / "x.mp4")
    assert "\x1b" not in str(failed.value)
    assert not (tmp_path / "x.mp4").exists()


def test_too_many_frames_of_too_many_pixels_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(film, "_MOST_BYTES", 5000)
    with pytest.raises(UsageError, match="4 frames of so many pixels are too large"):
        film.save(FRAMES, tmp_path / "x.gif")
    assert not (tmp_path / "x.gif").exists()
