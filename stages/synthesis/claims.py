"""What Santurkar et al. 2019 say a robust classifier can do, tested on the pictures just made.

The paper shows pictures and, of generation, Inception scores. What it says of them is asked here of an
independent network, the judge: whether it names the class that was wanted. Robust and standard network begin
with the same images and go the same steps, so that they are compared image by image; a start that shows its
class already helps both alike. Filling and enlarging are measured against the truth, in dB. Factors of
super-resolution, pairs of classes and, in Fréchet distance, both kinds of seeds are taken together.

All but the question to another robust network was fixed before the default run. Before it, radii and steps
were tried with seed 1 and training images, and a judge's naming was seen there, too; those of generation were
chosen by whether the robust network itself names what it paints, those of inpainting and super-resolution are
the paper's for larger images, by the root mean square of the change. After a first run the networks of two
classes were trained for less long and fewer images translated, to save time, that question was added, and
painting got a last ReLU that passes gradients, since some images had not moved.
"""

from stages.core.claims import OURS, claim
from stages.synthesis.about import SANTURKAR

LEARNT = 75.0                    # percent right of two classes: half as many again as guessing


def claims(found):
    """The claims, from the results of all tasks (results.py)."""
    right = found["generation"]["right"].isel(kind=0).sel(network=["robust", "standard"])

    def more(values, network, than, **text):
        difference = values.sel(network=network) - values.sel(network=than)
        return claim(difference=difference, **{"given": right, "source": OURS} | text)

    return [*of_generation(found["generation"], more), *of_repairs(found, more), *of_others(found, more)]


def of_generation(generation, more):
    """Claims about images of a class from seeds."""
    gaussian, other = (generation["named"].sel(kind=kind) for kind in ("gaussian", "other"))
    return [
        more(gaussian, "robust", "standard", id="robust_images_are_named", source=f"{SANTURKAR}, section 3.1",
             sentence="From Gaussian seeds of a class, an independent network names this class more often in "
                      "images of the robust network than in those of the standard one."),
        more(other, "robust", "standard", id="robust_images_from_others_are_named",
             sentence="From images of other classes, an independent network names the wanted class more "
                      "often in images of the robust network than in those of the standard one."),
        more(generation["robust_named"].sel(kind="gaussian"), "robust", "standard",
             id="robust_networks_see_more",
             sentence="From Gaussian seeds of a class, a robust network of another seed names this class "
                      "more often in images of the robust network than in those of the standard one."),
        more(gaussian, "robust", "start", id="painting_adds_to_seeds", source=f"{SANTURKAR}, section 3.1",
             sentence="An independent network names the class more often in what the robust network made of "
                      "Gaussian seeds than in the seeds themselves."),
        more(generation["frechet"], "standard", "robust", id="robust_images_are_nearer_to_real",
             unit="of squared Fréchet distance",
             sentence="In an independent network's features, images of the robust network are nearer to real "
                      "ones in Fréchet distance than those of the standard one."),
    ]


def of_repairs(found, more):
    """Claims about what was missing or blurred."""
    inpainted, enlarged = found["inpainting"], found["super_resolution"]
    return [
        more(inpainted["psnr"], "robust", "start", id="inpainting_beats_the_mean", unit="dB",
             sentence="What the robust network paints into a box is nearer to what was there, in PSNR, than "
                      "the mean of the rest of the image."),
        more(inpainted["psnr"], "robust", "standard", id="robust_inpainting_is_nearer", unit="dB",
             source=f"{SANTURKAR}, section 3.2",
             sentence="What the robust network paints into a box is nearer to what was there, in PSNR, than "
                      "what the standard one paints."),
        more(enlarged["named"], "robust", "bicubic", id="super_resolution_keeps_the_class",
             sentence="An independent network names the class more often in images that the robust network, "
                      "told the class, enlarged than after bicubic interpolation."),
        more(enlarged["named"], "robust", "standard", id="robust_super_resolution_keeps_the_class",
             source=f"{SANTURKAR}, section 3.4",
             sentence="An independent network names the class more often in images that the robust network "
                      "enlarged than in those of the standard one."),
        more(enlarged["psnr"], "bicubic", "robust", id="super_resolution_costs_psnr", unit="dB",
             sentence="Bicubic interpolation is nearer to the original, in PSNR, than what the robust "
                      "network makes."),
    ]


def of_others(found, more):
    """Claims about translation, sketches and features."""
    pairs = found["translation"]["right"]
    return [
        more(found["translation"]["distance"], "standard", "robust", id="robust_translation_is_shorter",
             unit="of L2 distance", given=pairs, least=LEARNT, source=f"{SANTURKAR}, section 3.3",
             sentence="With a robust network of two classes, an image reaches the other class in the eyes of "
                      "an independent network at a smaller distance than with a standard one."),
        more(found["sketch"]["named"], "robust", "standard", id="robust_sketches_are_named",
             source=f"{SANTURKAR}, section 3.5",
             sentence="An independent network names the class more often in what the robust network makes of "
                      "a sketch than in what the standard one makes."),
        more(found["painting"]["named"], "robust", "standard", id="robust_features_are_named",
             source=f"{SANTURKAR}, section 3.5",
             sentence="When a box is painted with the unit that speaks most for a class, an independent "
                      "network names this class more often if the unit is the robust network's."),
    ]
