"""A picture as PNG, by resvg: a library with wheels for every common system and nothing to install
besides.
"""

from __future__ import annotations

from ..drawing.picture import Picture
from ..errors import BackpropError, refuse
from .svg import STYLE, document, unmarked

SCALE = 2  # pixels of the image to a pixel of the picture: sharp on paper and on any screen
MOST_PIXELS = 60_000_000  # of the image; beyond, a pixel of the picture is one of the image
SAMPLE = (  # a small text, to see whether there is any font
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
    '<text x="2" y="16" font-family="sans-serif" font-size="16">x</text></svg>'
)
INSTALL = 'pip install "backprop-cli[png]", or pip install resvg-py'


def png(picture: Picture) -> bytes:
    """The picture on white.

    Raises BackpropError where the library or a font is missing.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        raise refuse(
            "output", "PNG needs the package resvg-py, which is not installed", help=INSTALL
        ) from None
    blank = svg_to_bytes(svg_string=SAMPLE, skip_system_fonts=True)
    if bytes(svg_to_bytes(svg_string=SAMPLE)) == bytes(blank):
        raise no_font()
    scale = SCALE if picture.width * picture.height * SCALE**2 <= MOST_PIXELS else 1
    text = document(picture, STYLE, unmarked)
    return bytes(svg_to_bytes(svg_string=text, zoom=scale, background="#ffffff"))


def no_font() -> BackpropError:
    return refuse(
        "output",
        "PNG needs a font, and this system has none",
        help="install one, such as the package fonts-dejavu-core; or draw with --svg",
    )
