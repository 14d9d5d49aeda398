"""BlockDrop: a policy network that says for each image which blocks of a residual network run.

Wu, Nagarajan, Kumar, Rennie, Davis, Grauman, Feris, CVPR 2018, https://arxiv.org/abs/1711.08393, section 3:

    s = sigmoid(policy(x)),   pi(u | x) = prod_k s_k^u_k (1 - s_k)^(1 - u_k)          (1), (2)
    R(u) = 1 - (|u| / K)^2   if the prediction is right, else -gamma                  (3)
    gradient of the expected reward: E[A sum_k grad log pi_k(u_k)],  A = R(u) - R(u~)
    s' = alpha s + (1 - alpha) (1 - s)                                                bounds, to explore

u is drawn from s'; the baseline is the reward of u~, the most probable policy: 1 where s_k > 0.5. That is how
images are tested, too. Sums over blocks, means over images: in the authors' code the policy's loss is a sum
over a batch, beside a mean cross-entropy.

n images, K blocks.
"""

import torch
import torch.nn.functional as F

from stages.core.compute import mixed
from stages.core.data import unit
from stages.core.nets import ResNet


class PolicyNet(ResNet):
    """A ResNet-8, one block of each width, on images made `pool` times smaller: (n, c, h, w) -> s, (n, K)."""

    def __init__(self, width, pool, blocks, mean, std):
        super().__init__(8, width, blocks, mean, std)
        self.shape = {"width": width, "pool": pool, "blocks": blocks, "mean": mean, "std": std}
        self.pool = pool

    def forward(self, x):
        return super().forward(F.avg_pool2d(x, self.pool) if self.pool > 1 else x).float().sigmoid()


def bounded(s, alpha):
    """s', probabilities no nearer to 0 and 1 than 1 - alpha."""
    return alpha * s + (1 - alpha) * (1 - s)


def reward(gates, right, gamma):
    """R of each image, (n,), for its gates, (n, K), and whether it is then right, (n,)."""
    return torch.where(right, 1 - gates.mean(1).square(), torch.full_like(gates[:, 0], -gamma))


def drawn(s, rng):
    """A policy for each image, (n, K), drawn from these probabilities."""
    return (torch.rand(s.shape, generator=rng, device=s.device) < s).float()


def most_probable(s):
    """1 where a block is more likely run than not: (n, K)."""
    return (s > 0.5).float()


def reinforce(s, gates, advantage, free=1.0):
    """The loss whose gradient, on average over `gates` drawn from s, is minus that of the expected reward:
    mean over images of A sum_k log pi_k; blocks at 0 in `free` count for nothing.
    """
    log = torch.where(gates > 0, s, 1 - s).log()
    return -(advantage * (free * log).sum(1)).mean()


def entropy(s, free=1.0):
    """Entropy of the policies in nats: a sum over blocks, mean over images."""
    return -(free * (s * s.log() + (1 - s) * (1 - s).log())).sum(1).mean()


@torch.no_grad()
def policies(net, images, batch_size=500):
    """The most probable policy of uint8 images, (n, K), by a policy network in evaluation mode."""
    if net.training:
        raise AssertionError("policies in training mode depend on the batch: call net.eval()")
    with mixed():
        return torch.cat([most_probable(net(unit(part))) for part in images.split(batch_size)])
