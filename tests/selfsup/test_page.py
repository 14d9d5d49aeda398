"""Tables from measurements made by hand."""

from types import SimpleNamespace

import pytest

from stages.selfsup import page
from tests.selfsup.test_claims import LINEAR, NAMES, noisy


@pytest.fixture
def linear():
    """The linear probe of every encoder and block, in percent."""
    names = list(NAMES)
    return noisy([LINEAR[name] for name in names], ["network", "block"], network=names, block=[1, 2, 3, 4])


def test_other_values_stand_beside_the_run_s_own(linear, monkeypatch):
    def varied(key, values, seeds):
        return noisy([[10 * value + block for block in range(4)] for value in values], ["value", "block"],
                     value=values, block=[1, 2, 3, 4]).isel(seed=slice(1))

    monkeypatch.setattr(page, "varied", varied)
    settings = SimpleNamespace(sweep=SimpleNamespace(temperatures=[0.1, 1.0], shares=[0.0, 1.0]),
                               simclr=SimpleNamespace(temperature=0.5), pirl=SimpleNamespace(share=0.5))
    table = page.sweep_table(SimpleNamespace(linear=linear, sizes={"block": 4}), settings, [1])
    rows = {row[0]: [float(cell.split()[0]) for cell in row[1:]] for row in table.rows}
    known = {"SimCLR, τ = 0.1": [1, 2, 3, 4], "SimCLR, τ = 0.5": LINEAR["simclr"],
             "SimCLR, τ = 1": [10, 11, 12, 13], "PIRL, rotation, λ = 0": [0, 1, 2, 3],
             "PIRL, rotation, λ = 0.5": LINEAR["pirl_rotation"], "PIRL, rotation, λ = 1": [10, 11, 12, 13]}
    assert list(rows) == list(known)
    for name, values in known.items():
        assert rows[name] == pytest.approx(list(values), abs=0.2)
