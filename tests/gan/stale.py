"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

GAN = ["gan"]
OF_ACGAN = ["inversion", *GAN]
CONVOLVED = ["objects@*", "optimum", *GAN]
ON_OBJECTS = ["objects@*", "optimum", "acgan", "real@objects", *OF_ACGAN]
ON_DIGITS = ["rates", "conditional@*", "real@digits", *GAN]
ON_GARMENTS = ["garments@*", "real@garments", *GAN]
PLAYED = ["objects@*", "optimum", "rates", "acgan", "conditional@*", "garments@*", *OF_ACGAN]
ALL = [*PLAYED, "real@*"]

ROWS = {
    "data.objects.source": ON_OBJECTS,
    "data.digits.train": ON_DIGITS,
    "data.garments.source": ON_GARMENTS,
    "stages/datasets/photos.py": ALL,
    "compute.threads": ALL,
    "seeds": ALL,
    "stages/core/files.py": ALL,
    "stages/core/train.py": ALL,
    "stages/core/quality.py": ALL,
    "stages/core/claims.py": GAN,
    "stages/core/charts.py": GAN,
    "stages/baseline/judge.py": ALL,
    "judge.seeds": ALL,
    "judge.objects.epochs": ON_OBJECTS,
    "judge.digits.epochs": ON_DIGITS,
    "judge.garments.epochs": ON_GARMENTS,
    "gan.seeds": ALL,
    "gan.rules.clip": [*CONVOLVED, "rates"],
    "gan.objects.width": CONVOLVED,
    "gan.kinds.wgan.lr": ["objects@wgan", "optimum", *GAN],
    "gan.kinds.non_saturating.lr": ["objects@non_saturating", "optimum", *GAN],
    "gan.optimum.steps": ["optimum", *GAN],
    "gan.rates.spread": ["rates", *GAN],
    "gan.acgan.width": ["acgan", *OF_ACGAN],
    "gan.inversion.steps": OF_ACGAN,
    "gan.conditional.windows": ["conditional@*", *GAN],
    "gan.garments.epochs": ["garments@*", *GAN],
    "gan.variants.soft.real": ["garments@soft", *GAN],
    "stages/gan/players.py": PLAYED,
    "stages/gan/nets.py": ["objects@*", "optimum", "rates", "acgan", "garments@*", *OF_ACGAN],
    "stages/gan/similarity.py": ALL,
    "stages/gan/parzen.py": ["conditional@*", *GAN],
    "stages/gan/about.py": GAN,
    "stages/gan/claims.py": GAN,
    "stages/gan/page.py": GAN,
}
