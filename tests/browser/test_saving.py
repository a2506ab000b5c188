"""A visitor takes the data home."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage


def test_the_data_of_this_moment_can_be_saved(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#open-about").click()
    link = page.get_by_role("link", name="Save data")
    expect(link).to_be_visible()
    with page.expect_download() as saving:
        link.click()
    assert saving.value.suggested_filename == "BEC.npz"
    with np.load(saving.value.path(), allow_pickle=False) as data:
        assert data["psi"].shape == data["density"].shape == (96, 64)
