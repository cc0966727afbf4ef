"""Pictures are decoded in a process of their own."""

from datetime import timedelta

import pytest
from pictures import gradient, saved

from newsletter.media.decoding import UnusablePicture
from newsletter.media.encoding import encode_picture
from newsletter.media.encoding_process import SHARED

JPEG = saved(gradient(80, 60), "JPEG")
# Takes a tenth of a second at least.
LARGE = saved(gradient(4000, 4000), "JPEG")


def test_the_files_are_those_of_this_process() -> None:
    assert SHARED.encode(JPEG) == encode_picture(JPEG)


def test_the_reason_comes_back() -> None:
    with pytest.raises(UnusablePicture, match="no picture of a supported format"):
        SHARED.encode(b"<svg/>")


def test_one_that_takes_too_long_is_ended_and_the_next_is_read() -> None:
    with pytest.raises(UnusablePicture, match="takes too long"):
        SHARED.encode(LARGE, timedelta(0))
    assert SHARED.encode(JPEG)
