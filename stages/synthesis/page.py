"""The end of this experiment: its claims, tables and figures."""

from stages.core.charts import table, write_losses
from stages.core.data import load_role
from stages.core.pages import conditions, publish
from stages.core.params import Robust, Training, read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.core.words import counted
from stages.synthesis.about import ABOUT
from stages.synthesis.claims import claims
from stages.synthesis.figures import (
    fidelity_figure,
    generation_grids,
    named_figures,
    other_grids,
    repair_grids,
)
from stages.synthesis.params import Synthesis
from stages.synthesis.results import KINDS, NAMES, all_results

NETWORKS = ["robust", "standard"]


def rows_of(values, axis, rows):
    """Values by (place along `axis`, network), of those that there are."""
    return {(place, network): values.sel({axis: place, "network": network})
            for place, network in rows if network in values.network}


def columns(found, headings, axis=None, rows=()):
    """Columns of a table, heading -> values, for `headings`, heading -> name in `found`."""
    return {heading: rows_of(found[name], axis, rows) if axis else found[name]
            for heading, name in headings.items()}


def generation_table(found, settings):
    """What the judge makes of generated images."""
    names = NAMES | {"real": "other real images"}
    rows = {(kind, name): f"{KINDS[kind]}: {words}" for kind in KINDS for name, words in names.items()
            if (kind, name) != ("other", "real")}
    return table(
        "Images of every class that networks made of seeds", rows | {("gaussian", "real"): "test images"},
        columns(found, {
            "named by the judge, %": "named", "by another robust network, %": "robust_named",
            "by its maker, %": "own", "moved, L2": "moved", "nearest training image": "nearest",
            "Fréchet distance": "frechet", "precision, %": "precision", "recall, %": "recall",
        }, "kind", rows),
        "Nearest training image: root mean square difference of a value in [0, 1]. Fréchet distance, "
        f"precision and recall (k = {settings.neighbours}) are against "
        f"{counted(settings.per_class, 'training image')} of every class in the judge’s features; they "
        "compare with each other, not with those of papers. Test images show what as many real ones have.",
        digits=2, of="images",
    )


def repair_tables(found):
    """How near what was missing or blurred is to what was there."""
    inpainted, enlarged = found["inpainting"], found["super_resolution"]
    networks = {name: NAMES[name] for name in NETWORKS}
    names = {"start": "small pixels as squares", "bicubic": "bicubic"} | networks
    filled = {"start": "mean of the rest", "interpolated": "biharmonic"} | networks | {"real": "original"}
    rows = {(factor, name): f"{factor} times: {words}" for factor in enlarged["psnr"].factor.values
            for name, words in names.items()}
    measures = {"PSNR, dB": "psnr", "SSIM": "ssim", "named by the judge, %": "named"}
    return [
        table("Boxes filled in test images", filled,
              columns(inpainted, measures) | {"change outside": inpainted["outside"] ** 0.5},
              "PSNR in the box; SSIM of the image with the box pasted in; the judge sees what the network "
              "left. Change outside: root mean square, of values in [0, 1].", digits=3, of="filled by"),
        table("Test images shrunk and enlarged", rows, columns(enlarged, measures, "factor", rows),
              "The networks are told the class, interpolation is not.", digits=3, of="enlarged by"),
    ]


def other_tables(found, settings):
    """Translations by pair, sketches and painted features."""
    pairs = found["pairs"]
    rows = {(name, network): f"{' and '.join(pair)}: {NAMES[network]}" for name, pair in settings.pairs
            for network in NETWORKS}
    begun = NAMES | {"start": "start", "real": "original"}
    return [
        table("Images of one class, turned into another", rows, columns(pairs, {
            "distance to the class": "distance", "named by the judge, %": "named",
            "by its maker, %": "own", "moved, L2": "moved", "right of test images, %": "right",
        }, "pair", rows),
            "Distance to the class: the least L2 distance on the way at which the judge names the wanted "
            f"class, {settings.translation.epsilon:g} if it never does. Right: of test images of the two "
            "classes, by networks that know only these.", of="pair"),
        table("Sketches and painted features", begun, {
            "sketch: named by the judge, %": found["sketch"]["named"],
            "painted: named by the judge, %": found["painting"]["named"],
            "unit louder by": found["painting"]["louder"],
            "change outside": found["painting"]["outside"] ** 0.5,
        }, "Painted: the class that the unit speaks most for. Change outside the box: root mean square.",
            digits=3, of="made by"),
    ]


def answer(found):
    """The experiment in three sentences, made of its numbers."""
    def mean(task, name, network, **at):
        return float(found[task][name].sel(network=network, **at).mean())

    def both(task, name, digits=0, **at):
        return " and ".join(f"{mean(task, name, network, **at):.{digits}f}" for network in NETWORKS)

    seeds, bicubic = (mean("generation", "named", "start", kind="gaussian"),
                      mean("super_resolution", "psnr", "bicubic"))
    return (
        f"The judge names {seeds:.0f} % of the Gaussian seeds as wanted, "
        f"{both('generation', 'named', kind='gaussian')} % after the robust and the standard network; a "
        f"robust network of another seed {both('generation', 'robust_named', kind='gaussian')} %. Where they "
        f"began with images of other classes, the judge names {both('generation', 'named', kind='other')} %. "
        f"Boxes are filled with a PSNR of {both('inpainting', 'psnr', 1)} dB, by the mean of the rest with "
        f"{mean('inpainting', 'psnr', 'start'):.1f}; images are enlarged with one of "
        f"{both('super_resolution', 'psnr', 1)} dB, by bicubic interpolation with {bicubic:.1f}. Translated "
        f"images reach the other class at distances of {both('translation', 'distance', 1)}."
    )


def setting(settings, robust):
    """What the numbers depend on besides what all experiments name, in words."""
    tasks = {"generation": "generation", "inpainting": "inpainting", "super_resolution": "super-resolution",
             "translation": "translation", "sketch": "sketches", "painting": "painting"}
    steps = {words: getattr(settings, task) for task, words in tasks.items()}
    return {
        "robust networks": f"ε = {robust.epsilon:g}, {counted(robust.iterations, 'step')}; of two classes "
                           f"ε = {settings.two_class.epsilon:g}, "
                           f"{counted(settings.two_class.iterations, 'step')}",
        **{words: f"ε = {one.epsilon:g}, {counted(one.iterations, 'step')} of {one.step:g}, "
                  f"{counted(one.per_class, 'image')} a class" for words, one in steps.items()},
    }


def headlines(found):
    """The headline numbers."""
    shown = {"gaussian": found["generation"]["named"].sel(kind="gaussian"),
             "other": found["generation"]["named"].sel(kind="other"),
             "sketch": found["sketch"]["named"], "painting": found["painting"]["named"]}
    numbers = {f"{task}_{name}_named": float(values.sel(network=name).mean())
               for task, values in shown.items() for name in NETWORKS}
    return numbers | {f"{name}_test_accuracy": float(found["generation"]["right"].sel(network=name).mean())
                      for name in [*NETWORKS, "judge"]}


def run():
    settings, robust = read("synthesis", Synthesis), read("robust", Robust)
    role, recipe, seeds = load_role("objects"), read("training", Training), listed(settings.seeds)
    found = all_results(settings, seeds)
    write_losses("synthesis", {"synthesis/first": NETWORKS}, seeds)
    publish(
        ABOUT, conditions(role, recipe.model_copy(update={"depth": robust.depth}), seeds)
        | setting(settings, robust), answer(found), claims(found),
        [generation_table(found["generation"], settings.generation), *repair_tables(found),
         *other_tables(found, settings)],
        [*named_figures(found, 100 / len(role.classes)), fidelity_figure(found),
         *generation_grids(settings, seeds[0], role.classes), *repair_grids(settings, seeds[0], role.classes),
         *other_grids(settings, seeds[0], role.classes)],
        **headlines(found),
    )


if __name__ == "__main__":
    main(run)
