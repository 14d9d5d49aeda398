"""Claims from measurements made by hand: each points the right way and rests on judges that have learnt."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import spearmanr

from stages.gan.claims import class_claims, garment_claims, loss_claims
from stages.gan.results import GARMENTS, LOSSES, fallen, in_percent, rank_correlation, unrest

SEEDS, EPOCHS, IMAGES = 3, 9, 40
RNG = np.random.default_rng(0)


def by_seed(value, noise=0.01):
    return xr.DataArray(value + RNG.normal(0, noise, SEEDS), {"seed": range(SEEDS)}, ["seed"])


def training(signs):
    """Estimates and distances that fall together (+1) or against one another (-1), by loss."""
    falls = np.linspace(9, 1, EPOCHS)

    def along(sign):
        return falls if sign > 0 else falls[::-1]

    arrays = {
        "frechet": np.stack([[falls + RNG.normal(0, 0.5, EPOCHS) for _ in range(SEEDS)]
                             for _ in signs]),
        "estimate": np.stack([[along(sign) + RNG.normal(0, 0.5, EPOCHS) for _ in range(SEEDS)]
                              for sign in signs.values()]),
    }
    axes = ["network", "seed", "epoch"]
    return xr.Dataset({name: (axes, values) for name, values in arrays.items()}, {"network": list(signs)})


def made_losses(wgan=1, gan=-1, saturating=0.01, critic=0.9, failed=(0.8, 0.1), right=90.0):
    signs = {"saturating": gan, "non_saturating": gan, "wgan": wgan, "penalty": wgan}
    steps = {"saturating": saturating, "non_saturating": 0.5, "wgan": critic, "penalty": critic}
    each = [xr.concat([by_seed(1.0), by_seed(end, 0.001 * end)], "step") for end in steps.values()]
    norms = xr.concat(each, "network").assign_coords(network=list(steps))
    shares = {"non_saturating": failed[0], "wgan": failed[1], "penalty": 0.0}
    collapsed = xr.concat([by_seed(share).expand_dims(rate=[0.1, 1.0]) for share in shares.values()],
                          "network").assign_coords(network=list(shares))
    judged = {"objects": by_seed(right), "digits": by_seed(right)}
    return {one.id: one for one in loss_claims(training(signs), norms, collapsed, judged)}


def test_losses_all_can_be_supported():
    found = made_losses()
    assert {one.verdict for one in found.values()} == {"supported"}
    assert found["estimate_follows_quality"].effect > 0.8
    assert found["estimate_tells_more_than_loss"].effect > 1.6
    assert found["saturating_gradient_vanishes"].effect == pytest.approx(1, abs=0.02)     # 2 orders, less 1
    assert found["critic_keeps_gradient"].effect == pytest.approx(2 + np.log10(0.9), abs=0.05)
    assert found["wgan_collapses_less"].effect == pytest.approx(70, abs=3)


def test_losses_all_can_be_contradicted():
    found = made_losses(wgan=-1, gan=1, saturating=0.5, critic=0.01, failed=(0.1, 0.8))
    assert {one.verdict for one in found.values()} == {"contradicted"}


def test_nothing_about_quality_is_tested_by_judges_that_have_not_learnt():
    found = made_losses(right=11.0)
    assert {name for name, one in found.items() if one.verdict == "not tested"} == {
        "estimate_follows_quality", "estimate_tells_more_than_loss", "wgan_collapses_less"}


def made_classes(acgan=80.0, alike=0.5, told=90.0, nats=(100.0, 50.0)):
    def images(mean):
        values = mean + RNG.normal(0, 0.5, (SEEDS, IMAGES))
        return xr.DataArray(values, {"seed": range(SEEDS)}, ["seed", "image"])

    found = {
        "acgan": xr.Dataset({"named": by_seed(acgan), "alike": by_seed(alike).expand_dims({"class": 10}),
                             "alike_data": by_seed(0.2).expand_dims({"class": 10})}),
        "conditional": xr.Dataset({"named": by_seed(told), "likelihood": images(nats[1])}),
        "unconditional": xr.Dataset({"likelihood": images(nats[0])}),
    }
    judged = {name: by_seed(90.0) for name in ("objects", "digits")}
    return {one.id: one for one in class_claims(found, judged)}


def test_claims_on_classes_point_the_right_way():
    found = made_classes()
    assert {one.verdict for one in found.values()} == {"supported"}
    assert found["unconditional_is_likelier"].effect == pytest.approx(50, abs=1)
    assert found["unconditional_is_likelier"].basis == f"{SEEDS} seeds × {IMAGES} images"
    assert found["acgan_makes_its_classes"].effect == pytest.approx(70, abs=0.1)
    turned = made_classes(acgan=8.0, alike=0.1, told=8.0, nats=(10.0, 50.0))
    assert {one.verdict for one in turned.values()} == {"contradicted"}


def made_garments(convolutional=2.0, soft=0.1, noisy=0.1):
    rising = {"dense": 0.4, "convolutional": 0.4, "soft": soft, "noisy": noisy}
    zigzag = np.arange(EPOCHS) % 2
    losses = xr.DataArray(
        np.stack([[size * zigzag * (1 + 0.01 * RNG.normal()) for _ in range(SEEDS)]
                  for size in rising.values()]),
        {"network": list(rising)}, ["network", "seed", "epoch"])
    found = {"dense": xr.Dataset({"frechet": by_seed(8.0)}),
             "convolutional": xr.Dataset({"frechet": by_seed(convolutional)})}
    made = garment_claims(found, xr.Dataset({"generator": losses}), {"garments": by_seed(90.0)})
    return {one.id: one for one in made}


def test_claims_on_garments_count_halvings():
    found = made_garments()
    assert {one.verdict for one in found.values()} == {"supported"}
    for one in found.values():
        assert one.effect == pytest.approx(2, abs=0.1)
    turned = made_garments(convolutional=16.0, soft=0.8, noisy=0.8)
    assert {one.verdict for one in turned.values()} == {"contradicted"}


def test_rank_correlation_by_scipy_from_the_second_epoch_on():
    found = training(dict.fromkeys(LOSSES, 1))
    mine = rank_correlation(found.estimate, found.frechet.transpose("epoch", "seed", "network"))
    for network in LOSSES:
        for seed in range(SEEDS):
            x, y = (found[key].sel(network=network).isel(seed=seed)[1:] for key in ("estimate", "frechet"))
            assert mine.sel(network=network).isel(seed=seed).item() == pytest.approx(spearmanr(x, y)[0])


def test_measures_of_curves_by_hand():
    norms = xr.DataArray([1.0, 100.0, 10.0, 1.0], dims="step")
    assert fallen(norms) == 2
    assert fallen(norms.isel(step=[0, 1])) == 0
    losses = xr.DataArray([9.0, 0.0, 5.0, 2.0, 6.0, 6.0], dims="epoch")
    assert unrest(losses).item() == pytest.approx((16 / 2) ** 0.5)           # of 2, 6, 6
    found = in_percent(xr.Dataset({"named": by_seed(0.5, 0), "frechet": by_seed(0.5, 0)}))
    assert (found.named == 50).all()
    assert (found.frechet == 0.5).all()
    assert set(GARMENTS) == {"dense", "convolutional", "soft", "noisy"}
