"""What the page says of labels and images in words and by names."""

import pytest
import xarray as xr

from stages.core.params import read
from stages.noisy_labels import page
from stages.noisy_labels.params import NoisyLabels
from tests.conftest import change


def test_noise_is_shown_by_names_of_classes(monkeypatch):
    counts = xr.DataArray([[3.0, 1.0], [0.0, 8.0]], dims=["class", "given_as"])
    monkeypatch.setattr(page, "given_labels", lambda noises, seed: dict.fromkeys(noises, counts))
    monkeypatch.setattr(page, "matrix", lambda name, caption, panels, *labels: (panels, labels))
    panels, labels = page.noise_figure(["cat", "dog"], 1)
    assert labels == ("label given", "true class")
    for shown in panels.values():
        assert shown.dims == ("class", "given_as")                        # rows first
        assert shown.sel({"class": "cat"}).values.tolist() == [75, 25]
        assert shown.sel(given_as="dog").values.tolist() == [25, 100]


@pytest.mark.parametrize(("pool", "words"), [
    (1, "8 hidden units"), (2, "8 hidden units, images 2 times smaller"),
])
def test_images_are_called_smaller_where_they_are(project, monkeypatch, pool, words):
    change({"data.pool": pool, "network.dense": 8}, "noisy_labels")
    monkeypatch.setattr(page, "conditions", lambda *given: {"network": given[-1]})
    settings = read("noisy_labels", NoisyLabels)
    role = type("Role", (), {"test": []})
    shown = page.setting(settings, role, [1])["network"]
    assert shown.endswith(words)
