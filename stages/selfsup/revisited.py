"""Does contrastive learning need pictures of one object, and classes as frequent as each other? What helps?

Van Gansbeke et al., NeurIPS 2021, https://arxiv.org/abs/2106.05967, who train MoCo; here it is SimCLR, so
that a batch is what a queue is there. Images and pixels are as many as those they are compared with:

scenes        windows in collages of 2 x 2 images, so that parts of four are in each
long_tailed   n_c = n_0 tail^(-c / (classes - 1)), classes in a random order; `uniform` has as many in all
multi_crop    two larger and several small crops a view, of which one large one, the key, is compared with all
              others; a small one is to have some share of its area in it, for which ten are drawn
stronger      colours change more in the view that is compared with the key
neighbours    -mean log-softmax of the similarity to the k other views in the batch whose features, before the
              head, are nearest, added with a weight after a part of the training
"""

from functools import partial

import torch

from stages.core.compute import generator, start
from stages.core.data import Batches, Split
from stages.core.errors import UserError
from stages.core.measurements import record
from stages.core.params import Few, among, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import Around
from stages.selfsup.augment import boxes, view
from stages.selfsup.images import images
from stages.selfsup.linear import right
from stages.selfsup.nets import Headed, mlp
from stages.selfsup.params import ARMS, Contrast, Probe, Revisited
from stages.selfsup.recipe import common, learn
from stages.selfsup.simclr import Views, nt_xent, others, simclr, similarities

LARGE, SMALL, TRIES = (0.2, 1.0), (0.05, 0.14), 10           # areas, and how often a small crop is drawn


def scenes(split, rng):
    """As many images of the same size as a split has, each a window that four of them share."""
    n, side = len(split), split.images.shape[2]
    parts = torch.stack([torch.randperm(n, generator=rng, device=rng.device) for _ in range(4)])
    a, b, c, d = split.images[parts]
    collage = torch.cat([torch.cat([a, b], 3), torch.cat([c, d], 3)], 2)
    corner = torch.randint(side // 4, side - side // 4 + 1, (2, n, 1), generator=rng, device=rng.device)
    rows, columns = torch.arange(side, device=rng.device) + corner
    found = collage.permute(0, 2, 3, 1)[torch.arange(n, device=rng.device)[:, None, None], rows[:, :, None],
                                        columns[:, None]]
    return Split(found.permute(0, 3, 1, 2).contiguous(), split.labels)


def tail_counts(most, classes, tail):
    """Images of each class, from `most` down to a `tail`th."""
    return [int(most * tail ** (-c / (classes - 1))) for c in range(classes)]


def taken(split, counts, rng):
    """The images of a split in a random order of which each class has as many as `counts`, by class, says."""
    order = torch.randperm(len(split), generator=rng, device=rng.device)
    labels = split.labels[order]
    return split.at(torch.cat([order[labels == c][:count] for c, count in enumerate(counts)]))


def unbalanced(split, classes, tail, even, rng):
    """A long tail of a split, with classes in a random order, or as many images in all `even`ly."""
    ranks = torch.randperm(classes, generator=rng, device=rng.device).tolist()
    counts = tail_counts(int(split.labels.bincount(minlength=classes).min()), classes, tail)
    share, rest = divmod(sum(counts), classes)
    return taken(split, [share + (rank < rest) if even else counts[rank] for rank in ranks], rng)


class Unlike(Views):
    """Views, of which the first is seen with stronger colours."""

    def __init__(self, batches, options, strength, rng):
        super().__init__(batches, options, rng)
        self.strength = strength

    def __iter__(self):
        for x, _ in self.batches:
            yield (torch.cat([self.seen(x, self.strength), self.seen(x, self.options.strength)]),)


def overlap(box, key):
    """How much of each box (..., 4) is in `key` (..., 4), a share of its area."""
    ends = torch.minimum(box[..., :2] + box[..., 2:], key[..., :2] + key[..., 2:])
    sides = (ends - torch.maximum(box[..., :2], key[..., :2])).clamp(min=0)
    return sides.prod(-1) / box[..., 2:].prod(-1)


def near(key, side, least, rng):
    """Of each image the first of TRIES small boxes with `least` of its area in the key's, else the last."""
    drawn = boxes(TRIES * len(key), side, SMALL, rng).view(TRIES, len(key), 4)
    good = overlap(drawn, key) >= least
    good[-1] = True
    return drawn[good.int().argmax(0), torch.arange(len(key), device=key.device)]


class MultiCrops(Views):
    """Training batches of large crops, two of each image, the key second, and of `count` small ones."""

    def __init__(self, batches, options, crops, rng):
        super().__init__(batches, options, rng)
        self.crops = crops

    def __iter__(self):
        for x, _ in self.batches:
            side = x.shape[2]
            see = partial(view, x, strength=self.options.strength, rng=self.rng, scale=LARGE)
            key = boxes(len(x), side, LARGE, self.rng)
            large = torch.cat([see(self.crops.large), see(self.crops.large, box=key)])
            small = [see(self.crops.small, box=near(key, side, self.crops.overlap, self.rng))
                     for _ in range(self.crops.count)]
            yield large, torch.cat(small)


def multi_contrast(tau, net, batch):
    """The mean NT-Xent of each crop with the key."""
    large, small = batch
    (first, key), rest = net(large).chunk(2), net(small).split(len(large) // 2)
    return torch.stack([nt_xent(torch.cat([z, key]), tau) for z in (first, *rest)]).mean()


def nearest(z, features, tau, count):
    """The loss of neighbours: of z (2n, d) by features (2n, d'); an image's own other view is none."""
    other_views = others(len(z) // 2, z.device)[:, None]
    alike = similarities(features.detach(), 1.0).scatter(1, other_views, -torch.inf)
    chosen = torch.zeros_like(alike, dtype=torch.bool).scatter_(1, alike.topk(count, 1)[1], True)
    log = similarities(z, tau).log_softmax(1)
    return -torch.where(chosen, log, 0.0).sum(1).mean() / count


def with_neighbours(tau, count, weight, net, batch):
    """NT-Xent and, by the tensor `weight`, the loss of neighbours."""
    found = net.encoder(batch[0])
    z = net.head(found)
    return nt_xent(z, tau) + weight * nearest(z, found, tau, count)


class Later(Around):
    """Steps as `optimizer` does; from the step `begin` on, the tensor `weight` is `value`."""

    def __init__(self, optimizer, weight, value, begin):
        super().__init__(optimizer)
        self.weight, self.value, self.begin = weight, value, begin

    def before(self, taken):
        self.weight.fill_(self.value if taken >= self.begin else 0.0)


def crops_and_key(crops, encoder, split, size, views, options, rng):
    """As `simclr`, with the crops of MultiCrops."""
    net = Headed(encoder, head=mlp(encoder.width, options.outputs))
    batches = MultiCrops(Batches(split, size, rng), views, crops, rng)
    return net, batches, partial(multi_contrast, options.temperature)


def stronger(strength, encoder, split, size, views, options, rng):
    """As `simclr`, with the views of Unlike."""
    net, batches, loss = simclr(encoder, split, size, views, options, rng)
    return net, Unlike(batches.batches, views, strength, rng), loss


def neighbours(count, weight, encoder, split, size, views, options, rng):
    """As `simclr`, with the loss of neighbours."""
    if count > 2 * size - 2:
        raise UserError(f"`selfsup.revisited.neighbours.count` is {count}, but a batch has "
                        f"{2 * size - 2} views of other images: lower it")
    net, batches, _ = simclr(encoder, split, size, views, options, rng)
    return net, batches, partial(with_neighbours, options.temperature, count, weight)


def images_of(arm, role, options, rng):
    """What an arm is trained on."""
    if arm == "scenes":
        return scenes(role.train, rng)
    if arm in ("uniform", "long_tailed"):
        return unbalanced(role.train, len(role.classes), options.tail, arm == "uniform", rng)
    return role.train


def way_of(arm, options, begin, device):
    """How an arm is trained, as `simclr` or with what it adds, and what is put around its optimizer."""
    if arm == "multi_crop":
        return partial(crops_and_key, options.multi_crop), None
    if arm == "stronger":
        return partial(stronger, options.strength), None
    if arm == "neighbours":
        added, weight = options.neighbours, torch.zeros((), device=device)
        return (partial(neighbours, added.count, weight),
                partial(Later, weight=weight, value=added.weight, begin=begin))
    return simclr, None


def run(arm: str):
    if arm not in ARMS:
        raise UserError(f"there is no arm `{arm}`{among(arm, ARMS)}")
    role, setting, probe = images(), common(), read("selfsup.probe", Probe)
    contrast, options = read("selfsup.simclr", Contrast), read("selfsup.revisited", Revisited)
    size = setting.training.batch_size
    steps = options.epochs * (len(role.train) // size)
    for seed in each_seed(read("selfsup.seeds", Few)):
        rng = start(seed)
        split = images_of(arm, role, options, generator(seed + 1000))
        parts, wrapped = way_of(arm, options, options.neighbours.after * steps, split.images.device)
        epochs = round(steps / max(1, len(split) // size))
        encoder, _ = learn(f"{arm}, seed {seed}", role, split, parts, contrast, setting, rng, epochs=epochs,
                           wrapped=wrapped)
        record(f"data/selfsup/revisited/{arm}/{seed}.safetensors", right(encoder, role, probe))


if __name__ == "__main__":
    main(run)
