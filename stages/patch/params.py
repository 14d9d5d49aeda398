"""What params.yaml may hold for this experiment, and the names of networks."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from stages.core.params import Count, Few, Positive, Section, ascending

POOL = "resnet", "deeper", "vgg", "dense"          # patches of each are tried on the others
DEFENCES = "robust", "cutout", "median"
ENSEMBLES = {f"but_{left}": [name for name in POOL if name != left] for left in POOL}
GROUPS = {                       # learnt against in one stage: group -> source -> its networks
    "resnet": {"resnet": ["resnet"]},
    "others": {name: [name] for name in POOL[1:]},
    "defences": {name: [name] for name in DEFENCES},
    "ensembles": ENSEMBLES,
}
SIDE = 32                        # pixels of an image of `objects`, in height and width


def pixels_path(source, side, seed):
    """Where the patches that are learnt against a source are."""
    [group] = [group for group, sources in GROUPS.items() if source in sources]
    return f"data/patch/learned/{group}/{source}/{side}/{seed}.safetensors"


Size = Annotated[int, Field(ge=1, le=SIDE)]
Sizes = Annotated[list[Size], Field(min_length=2), AfterValidator(ascending)]


def _odd(side):
    if side % 2 == 0:
        raise ValueError("odd")
    return side


Window = Annotated[int, Field(ge=1, le=SIDE), AfterValidator(_odd)]


class Networks(Section):
    """Networks that no other experiment has: VGG and DenseNet, and a ResNet with squares of `cutout` pixels
    cut out of its training images; all else is as in section `training`.
    """

    vgg_depth: Count
    vgg_width: Count
    dense_depth: Count
    growth: Count
    cutout: Size
    epochs: Count
    lr: Positive


class Learning(Section):
    """How patches are learnt: `images` a patch in every batch."""

    images: Annotated[int, Field(ge=3)]                      # so that every network of an ensemble has some
    epochs: Count
    lr: Positive


class Pasted(Section):
    """How patches are pasted: the arguments of `Placing` by name."""

    shape: Literal["square", "circle"]
    rotation: Annotated[float, Field(ge=0, le=180)]
    smallest: Positive
    largest: Positive

    @model_validator(mode="after")
    def _ordered(self):
        if self.smallest > self.largest:
            raise ValueError(f"`smallest` at most `largest`, not {self.smallest:g} and {self.largest:g}")
        return self


class Map(Section):
    """Success by place: pixels between places, and images at each."""

    stride: Size
    images: Count


class Patch(Section):
    """Section `patch`."""

    seeds: Few
    train: Count
    networks: Networks
    sizes: Sizes
    learning: Learning
    placing: Pasted
    images: Count
    median: Window
    map: Map

    @model_validator(mode="after")
    def _three_places_in_a_row(self):
        if 2 * self.map.stride > SIDE - self.sizes[-1]:
            raise ValueError(f"`map.stride` at most {(SIDE - self.sizes[-1]) // 2}, so that patches of "
                             f"{self.sizes[-1]} pixels have places besides those at the border")
        return self


SECTIONS = {"patch": Patch}
