"""Which stages of this experiment an edit makes stale, except the report (tests/pipeline/test_stale.py)."""

LOTTERY = ["lottery"]
ROUNDS = ["tickets@*", "controls@*"]
TREATED = ["treatment@*", *LOTTERY]
ATTACKED = ["stages/lottery/dvc.yaml:adversarial", *LOTTERY]
TICKETS = ["dense", *ROUNDS, "criterion@*", "continuous", *TREATED, *ATTACKED]

ROWS = {
    "seeds": TICKETS,
    "data.objects.source": TICKETS,
    "data.objects.train": TICKETS,
    "data/raw/objects/test/cat/1.png": TICKETS,
    "compute.threads": TICKETS,
    "stages/datasets/photos.py": TICKETS,
    "stages/core/files.py": TICKETS,
    "stages/core/params.py": TICKETS,
    "stages/core/train.py": TICKETS,
    "stages/core/scores.py": TICKETS,
    "stages/core/attacks.py": ATTACKED,
    "stages/core/claims.py": LOTTERY,
    "stages/core/charts.py": LOTTERY,
    "lottery.training.epochs": TICKETS,
    "lottery.network": TICKETS,
    "lottery.seeds": ["dense", *ROUNDS, "criterion@*", "continuous", *TREATED],
    "lottery.rewind_step": TICKETS,
    "lottery.fraction": [*ROUNDS, "criterion@*", *TREATED],
    "lottery.common_round": ["criterion@*", *TREATED],
    "lottery.finetuned.lr": [*ROUNDS, *TREATED],
    "lottery.gradient_images": ["criterion@*", *LOTTERY],
    "lottery.scopes": ["criterion@*", *LOTTERY],
    "lottery.adversarial.seeds": ATTACKED,
    "lottery.adversarial.attack.epsilon": ATTACKED,
    "lottery.adversarial.fraction": ATTACKED,
    "lottery.continuous.beta": ["continuous", *LOTTERY],
    "lottery.criteria": LOTTERY,                             # and stages that are new
    "lottery.controlled": LOTTERY,
    "lottery.treatments": LOTTERY,
    "lottery.rounds.2": ["criterion@*", *TREATED],                       # which is the common round
    "lottery.rounds.3": LOTTERY,
    "models/lottery/rounds/2/global/masks/1.safetensors": ["controls@*-2", *TREATED],
    "stages/lottery/masks.py": TICKETS,
    "stages/lottery/recipe.py": TICKETS,
    "stages/lottery/tickets.py": [*ROUNDS, *TREATED],
    "stages/lottery/criteria.py": ["criterion@*", *LOTTERY],
    "stages/lottery/saliency.py": ["criterion@*", *LOTTERY],
    "stages/lottery/controls.py": ["controls@*", *LOTTERY],
    "stages/lottery/treatments.py": TREATED,
    "stages/lottery/continuous.py": ["continuous", *LOTTERY],
    "stages/lottery/adversarial.py": ATTACKED,
    "stages/lottery/about.py": LOTTERY,
    "stages/lottery/claims.py": LOTTERY,
    "stages/lottery/page.py": LOTTERY,
    "stages/lottery/results.py": LOTTERY,
}
