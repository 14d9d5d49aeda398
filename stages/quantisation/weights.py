"""What the weights of a layer are like, and the levels that they are rounded to, before training or after it.

Batch norm undoes the scale of a channel's weights, so that weights and levels are shown in root mean squares
of their channel.
"""

import torch

from stages.quantisation.quantiser import rounded

EDGES = torch.linspace(-3.5, 3.5, 71, device="cpu")
MIDDLES = [round(float(place), 2) for place in (EDGES[1:] + EDGES[:-1]) / 2]


@torch.no_grad()
def measures(weights, quantisers):
    """Of layers, each weights (c, n) and their quantiser, for `record`, with MIDDLES along `weight`:

    error      of the rounded weights, squared, in percent of the squared weights
    spacing    widest gap between neighbouring levels over the narrowest; the channel in the middle
    levels     in order, mean of the channels
    density    of the weights
    """
    found = {"error": [], "spacing": [], "levels": [], "density": []}
    for of_layer, quantiser in zip(weights, quantisers, strict=True):
        x, levels = of_layer.double().cpu(), quantiser.levels()[0].double().cpu()
        left, gaps, rms = x - rounded(x, levels)[0], levels.diff(), x.square().mean(1, keepdim=True).sqrt()
        found["error"].append(100 * left.square().sum() / x.square().sum())
        found["spacing"].append((gaps.amax(1) / gaps.amin(1)).median())
        found["levels"].append((levels / rms).mean(0))
        found["density"].append(torch.histogram((x / rms).float(), EDGES, density=True)[0])
    axes = {"error": "layer", "spacing": "layer", "levels": "layer level", "density": "layer weight"}
    return {name: (axes[name], torch.stack(values)) for name, values in found.items()}
