"""The word stands upright and is not mirrored, and its depth is that of the ditch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.exhibits.hello_world import HelloWorld


@pytest.mark.parametrize("text", ["Hello", "Bonjour"])
def test_the_word_can_be_read(text: str) -> None:
    model = HelloWorld({"Nx": 160, "Ny": 96, "text": text})
    levels = model.picture("density").levels.astype(float)
    drawn = Image.new("L", (160, 96))
    font = ImageFont.load_default(40)
    left, _, right, _ = font.getbbox(text)
    font = ImageFont.load_default(40 * 134 / (right - left))
    ImageDraw.Draw(drawn).text((80, 48), text, fill=255, font=font, anchor="mm")
    upright = np.asarray(drawn, float)

    def likeness(word: np.ndarray) -> float:
        return float(np.corrcoef(levels.ravel(), word.ravel())[0, 1])

    best = likeness(upright)
    assert best > 0.7
    for wrong in (upright[::-1], upright[:, ::-1], upright[::-1, ::-1]):
        assert likeness(wrong) < best - 0.2


@pytest.mark.parametrize("precision", ["single", "double"])
def test_the_depth_of_the_letters(precision: Any) -> None:
    model = HelloWorld({"Nx": 256, "Ny": 128, "contrast": 0.5, "cooling_steps": 400}, precision)
    mask = model.mask()
    far = np.ones_like(mask, bool)
    for axis in (0, 1):
        for shift in (-6, 0, 6):
            far &= np.roll(mask, shift, axis) == 0
    beside = model.density()[far].mean()
    stroke = np.unravel_index(mask.argmax(), mask.shape)
    i, j = stroke
    while mask[i + 1, j] == 1:
        i += 1
    width = i - stroke[0] + 1
    inside = model.density()[stroke[0] + width // 2, j]
    assert beside == pytest.approx(0.5 * model.mu, rel=0.05)
    assert inside > 1.5 * beside
