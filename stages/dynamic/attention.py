"""What the attention of a layer looks at: does it say which class an image is of?

Chen et al. 2020 (convolution.py), the network with four kernels. The attentions of all layers are noted for
every test image; a linear probe, logistic regression on the attention of one layer alone, is trained on
training images; t-SNE (van der Maaten & Hinton, JMLR 2008) places some test images by their attention.
"""

import numpy as np

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.nets import load_net
from stages.core.params import Count, read
from stages.core.recipe import weights_path
from stages.core.seeds import each_seed, listed
from stages.core.stage import main
from stages.dynamic.convolution import DynamicResNet
from stages.dynamic.params import Embedding
from stages.dynamic.recipe import seen

LAYERS = {"early": 0.0, "middle": 0.5, "late": 1.0}          # how far from the first layer to the last
PLACED = ["early", "late"]                                   # by t-SNE


def probed(train, labels, test):
    """The classes of test images by logistic regression on attentions (n, kernel); NumPy arrays."""
    from sklearn.linear_model import LogisticRegression

    mean, deviation = train.mean(0), train.std(0) + 1e-6
    probe = LogisticRegression(max_iter=1000).fit((train - mean) / deviation, labels)
    return probe.predict((test - mean) / deviation)


def placed(attention, perplexity):
    """Where t-SNE places attentions (n, kernel): (n, 2)."""
    from sklearn.manifold import TSNE

    tsne = TSNE(init="pca", random_state=0, perplexity=perplexity, method="exact")
    return tsne.fit_transform(attention)


def run():
    role, settings = load_role("objects"), read("dynamic.tsne", Embedding)
    few = role.test.first(settings.images, "dynamic.tsne.images").labels
    labels = [split.labels.cpu().numpy() for split in (role.train, role.test)]
    first = listed()[0]
    for seed in each_seed(read("dynamic.kernels.networks.four.seeds", Count)):
        start(seed)
        net = load_net(weights_path("dynamic/kernels/four", seed), DynamicResNet)
        train, test = (seen(net, split.images, lambda net: net.choices())[1].double().cpu().numpy()
                       for split in (role.train, role.test))
        chosen = {name: round(far * (test.shape[1] - 1)) for name, far in LAYERS.items()}
        found = [probed(train[:, i], labels[0], test[:, i]) == labels[1] for i in chosen.values()]
        record(f"data/dynamic/attention/{seed}.safetensors", {
            "attention": ("image layer kernel", test[:, list(chosen.values())]),
            "right": ("layer image", np.stack(found)),
        }, {"layers": {name: i + 1 for name, i in chosen.items()}}, layer=list(chosen))
        if seed == first:
            places = [placed(test[: len(few), chosen[name]], settings.perplexity) for name in PLACED]
            record("data/dynamic/tsne.safetensors", {
                "place": ("layer image axis", np.stack(places)), "label": ("image", few),
            }, {"seed": seed}, layer=PLACED)


if __name__ == "__main__":
    main(run)
