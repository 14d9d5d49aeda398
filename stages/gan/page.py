"""The end of this experiment: its claims, tables and figures."""

from stages.core.charts import write_lines
from stages.core.data import load_role
from stages.core.measurements import measured, recorded
from stages.core.pages import machine, publish
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.gan import figures, tables
from stages.gan.about import ABOUT
from stages.gan.claims import class_claims, garment_claims, loss_claims
from stages.gan.params import Gan
from stages.gan.results import GARMENTS, LOSSES, ROLES, TOLD, results, trainings


def conditions(settings, roles, seeds):
    """What the numbers depend on, in words."""
    facts = recorded(f"data/training/gan/objects/wgan/{seeds[0]}.safetensors").attrs
    objects, told, garments = settings.objects, settings.conditional, settings.garments
    return {name: role.source for name, role in roles.items()} | {
        "on objects": f"convolutions of width {objects.width}, {objects.epochs * objects.turns} turns of "
                      f"batches of {objects.batch_size}; AC-GAN of {settings.acgan.width:g} times the "
                      f"paper's channels, {settings.acgan.epochs} epochs",
        "on digits": f"{told.epochs} epochs of batches of {told.batch_size}",
        "on garments": f"{garments.width:g} times the assignment's units and channels, {garments.epochs} "
                       f"epochs of {garments.turns} batches of {garments.batch_size}",
        "images": "in [0, 1], of which all critics but the conditional ones see 2x − 1",
        "seeds": ", ".join(map(str, seeds)),
    } | machine(facts)


def answer(found):
    """The experiment in a few sentences, made of its numbers."""
    def mean(name, key="frechet"):
        return float(found[name][key].mean())

    return (
        f"On objects the Fréchet distance of samples is {mean('saturating'):.1f} for the saturating GAN, "
        f"{mean('non_saturating'):.1f} for the usual one, {mean('wgan'):.1f} for a WGAN with clipping and "
        f"{mean('penalty'):.1f} with a gradient penalty; of test images it is {mean('objects'):.1f}. An "
        f"independent network names {mean('acgan', 'named'):.0f} % of an AC-GAN's samples as wanted and "
        f"{mean('conditional', 'named'):.0f} % of a conditional GAN's digits. On garments the "
        f"Fréchet distance is {mean('dense'):.1f} for dense layers, {mean('convolutional'):.1f} for "
        "convolutions."
    )


def run():
    settings = read("gan", Gan)
    seeds = listed(settings.seeds)
    roles, found = {name: load_role(name) for name in ROLES}, results(seeds)
    judged = {name: found[name].named for name in ROLES}
    losses, worn = trainings("objects", LOSSES, seeds), trainings("garments", GARMENTS, seeds)
    norms = measured("data/gan/optimum/{seed}.safetensors", seed=seeds).norm
    rates = measured("data/gan/rates/{seed}.safetensors", seed=seeds)
    latent = measured("data/gan/inversion/{seed}.safetensors", seed=seeds)
    for key in ("generator", "critic"):
        write_lines(f"plots/gan/curves/{key}.csv", worn[key], "epoch", GARMENTS)
    publish(
        ABOUT, conditions(settings, roles, seeds), answer(found),
        [*loss_claims(losses, norms, rates.collapsed, judged), *class_claims(found, judged),
         *garment_claims(found, worn, judged)],
        [*(tables.quantities(found, role, settings.samples) for role in ROLES), tables.likelihoods(found),
         tables.latent(latent), *(tables.summary(name, found[name]) for name in ("dense", "convolutional"))],
        [figures.object_samples(roles["objects"], seeds[0]), figures.estimates(losses),
         figures.gradients(norms), figures.collapses(rates),
         figures.class_samples(roles["objects"], seeds[0]),
         figures.likeness(found["acgan"], roles["objects"].classes), figures.between(seeds[0]),
         figures.digit_samples(roles["digits"], seeds[0]), figures.likely(found),
         figures.garment_samples(seeds[0]), figures.garment_losses(worn)],
        **{f"{name}_frechet": float(found[name].frechet.mean())
           for name in (*LOSSES, "dense", "convolutional")},
        **{f"{name}_named": float(found[name].named.mean()) for name in ("acgan", "conditional")},
        **{f"{name}_likelihood": float(found[name].likelihood.mean()) for name in TOLD},
    )


if __name__ == "__main__":
    main(run)
