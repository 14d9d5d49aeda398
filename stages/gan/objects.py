"""One pair of convolutional networks, four losses: which trains more stably, and what do the losses tell?

Goodfellow et al. 2014, section 3; Arjovsky et al. 2017; Gulrajani et al. 2017. Losses and rules of stepping
are in losses.py and rules.py. After every epoch the judge looks at a few images, so that what the
critic says of the distance to the data can be held against their quality.
"""

from stages.core.compute import generator, start
from stages.core.data import Batches, load_role
from stages.core.files import save
from stages.core.histories import keep_history
from stages.core.measurements import record
from stages.core.params import Count, Few, read
from stages.core.progress import progress
from stages.core.recipe import weights_path
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.gan.losses import estimate
from stages.gan.measuring import judge, keep_samples, measures, sampled, scalars
from stages.gan.nets import convolutional_critic, convolutional_generator
from stages.gan.params import Kind, Objects, Rules
from stages.gan.players import gaussian, playing
from stages.gan.rules import player, turn


def trained(kind, how, rules, settings, role, looks, shown, rng):
    """A generator by the loss `kind`, and its training's rows; after every epoch what it makes of the noise
    `shown` is judged.
    """
    made_by = player(kind, convolutional_generator(settings.latent, settings.width), how.lr)
    critic = player(kind, convolutional_critic(settings.width, norm=kind != "penalty"), how.lr)
    noise = gaussian(settings.latent, rng)

    def look(row):
        row["estimate"] = estimate(kind, row["critic"])
        row["frechet"] = looks.frechet(sampled(made_by.net, shown))

    return made_by.net, playing(
        made_by, critic, Batches(role.train, settings.batch_size, rng, flip=True),
        turn(kind, made_by, critic, noise, how.critic_steps, rules, rng),
        settings.epochs, settings.turns, look,
    )


def run(kind: str):
    settings, how = read("gan.objects", Objects), read(f"gan.kinds.{kind}", Kind)
    rules, role, samples = read("gan.rules", Rules), load_role("objects"), read("gan.samples", Count)
    for seed in each_seed(read("gan.seeds", Few)):
        rng = start(seed)
        looks = judge("objects", role, seed, samples)
        shown = gaussian(settings.latent, generator(seed))(max(samples, settings.watched))
        net, rows = trained(kind, how, rules, settings, role, looks, shown[: settings.watched], rng)
        history = list(progress(rows, settings.epochs, f"{kind}, seed {seed}"))
        keep_history(f"gan/objects/{kind}", seed, history)
        save(weights_path(f"gan/objects/{kind}", seed), net.state_dict())
        images = sampled(net, shown[:samples])
        keep_samples(f"objects/{kind}/{seed}", last=images)
        record(f"data/gan/objects/{kind}/{seed}.safetensors", scalars(measures(looks, images, rng)))


if __name__ == "__main__":
    main(run)
