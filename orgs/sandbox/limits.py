"""What a file may be at most, once it is opened."""

from typing import Final

MAX_PAGES: Final = 200
MAX_PIXELS: Final = 50_000_000  # a telephone's largest photograph
MAX_DECODED: Final = 80_000_000  # bytes of an image in memory
FULL_PIXELS: Final = 12_500_000  # a letter page at 360 dots an inch; colour above it is halved
PAGE_WIDTH, PAGE_HEIGHT = 1400, 2400  # pixels of a page's picture


class Refused(Exception):
    """The file cannot be accepted; `code` is one of `orgs.contents.REFUSALS`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
