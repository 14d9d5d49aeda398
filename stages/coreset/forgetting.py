"""How often a network forgets each training image.

Toneva et al., ICLR 2019, https://arxiv.org/abs/1812.05159, section 3: whenever an image is in a batch, look
whether the network is right about it, before it learns from the batch.

    forgetting event   it is wrong, and was right when it last had this image
    unforgettable      it was right at some time and had no such event
    never learnt       it was never right: this counts as infinitely many events
"""

import torch
import torch.nn.functional as F


class Memory:
    """A loss for `training`, cross-entropy, that notes of each of n images what became of it.

    Batches must have numbers of images in place of labels, `Split.numbered`. The notes are tensors that
    change in place, so that a step can be replayed: `kept`, which `training` keeps with its checkpoints as
    `extra`. To note the same batch again changes nothing.
    """

    def __init__(self, labels):
        self.labels = labels
        none = torch.zeros_like(labels)
        self.kept = {"right": none, "learnt": none.clone(), "events": none.clone()}

    def __call__(self, net, batch):
        x, chosen = batch
        z, y = net(x).float(), self.labels[chosen]
        self.note(chosen, z.detach().argmax(1) == y)
        return F.cross_entropy(z, y)

    def note(self, chosen, right):
        """Notes that the network was just right, or not, about the images `chosen`, each once."""
        right, kept = right.to(self.labels), self.kept
        forgotten = kept["right"][chosen] * (1 - right)
        kept["events"].index_copy_(0, chosen, kept["events"][chosen] + forgotten)
        kept["learnt"].index_copy_(0, chosen, kept["learnt"][chosen] | right)
        kept["right"].index_copy_(0, chosen, right)
