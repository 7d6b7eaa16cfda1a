"""Every row of the papers' tables is a file that holds what the paper says of it."""

import re

import pytest

from tfdeblur.benchmarks.multiply_adds import multiply_adds
from tfdeblur.config import config_dir, read_experiment
from tfdeblur.data import Mixture, tfds_pairs
from tfdeblur.losses import FullSizeMSE, MultiScaleMSE
from tfdeblur.models.presets import PRESETS
from tfdeblur.training.deferred import Deferred
from tools.ledger import read_paper_configs, read_paper_values

CONFIGS = read_paper_configs()
VALUES = read_paper_values()
# Of Tables 1 to 4; others were not made by the authors' networks, or are evaluated elsewhere.
OTHER_GROUPS = ("Sun et al.", "Gong et al.", "Nah et al.", "Tao et al.", "Zhang et al.")


def files_of(*papers):
    configs = [config for config in CONFIGS.values() if config.row_name.split("/")[0] in papers]
    return pytest.mark.parametrize("config", configs, ids=lambda config: config.path)


every_file = files_of("Gao19", "Zhang19")


def header(config):
    lines = (config_dir() / config.path).read_text().splitlines()
    return "\n".join(line for line in lines if line.startswith("#"))


def rates(experiment, *fractions):
    steps = experiment.run.steps
    schedule = experiment.optimizer.schedule(steps)
    return [float(schedule(int(fraction * steps))) for fraction in fractions]


def test_every_row_of_the_authors_networks_has_a_file():
    rows = {
        value.row_name
        for value in VALUES
        if value.row not in OTHER_GROUPS and not value.row_name.startswith("Zhang19/Table 3/")
    }
    assert set(CONFIGS) == rows


def test_no_two_files_are_of_one_row():
    assert len(list(config_dir().glob("papers/*/table*.gin"))) == len(CONFIGS)


@every_file
def test_the_header_repeats_what_the_paper_reports(config):
    reported = {v.metric: v.value for v in VALUES if v.row_name == config.row_name}
    assert (config.psnr, config.ssim) == (reported["psnr"], reported["ssim_matlab3d"])


@every_file
def test_the_header_names_the_command(config):
    assert f"tfdeblur train --gin_file={config.path} --workdir=DIR" in header(config)


@pytest.mark.slow
@every_file
def test_the_network_costs_what_the_header_says(config):
    experiment, _ = read_experiment([config.path])
    model = experiment.unbuilt_network()
    crop_size, batch_size = experiment.crops.crop_size, experiment.run.batch_size
    channels = 1 if "grayscale" in experiment.crops.augmentations else 3
    model.build((None, None, None, channels))
    pixels = crop_size**2
    of_a_crop = multiply_adds(model, crop_size, crop_size, channels)
    total = f"{experiment.run.steps * batch_size * of_a_crop:.1e}".replace("e+", "e")
    assert (
        f"# Cost: {experiment.run.steps:,} steps x {batch_size} crops x {pixels:,} pixels x "
        f"{of_a_crop // pixels:,} multiply-adds = {total}," in header(config)
    )
    # Of DMSN and PSS-NSC at every scale, of the others on full-size outputs.
    is_multi_scale = re.search("Gao19|DMSN", config.row_name)
    assert experiment.loss is None
    assert type(model.training_loss) is (MultiScaleMSE if is_multi_scale else FullSizeMSE)


@every_file
def test_a_row_is_its_network_and_its_training(config):
    lines = (config_dir() / config.path).read_text().splitlines()
    statements = [line for line in lines if line and not line.startswith(("#", "from "))]
    training, model = statements
    assert training.startswith('include "papers/')
    assert model.startswith('MODEL = "')


@every_file
def test_the_network_is_the_preset_of_the_row(config):
    """Units as the paper counts them make another network of the table's than its release."""
    experiment, _ = read_experiment([config.path])
    preset = PRESETS[experiment.model]
    assert preset.num_parameters == config.num_parameters
    # Table 3 repeats a row of Table 1.
    paper, table, row = config.row_name.split("/", 2)
    assert table == "Table 3" or f"{table}, {row}" in preset.row
    assert preset.row.startswith(f"[{paper}] ")


@files_of("Zhang19")
def test_trains_as_zhang_et_al(config):
    experiment, _ = read_experiment([config.path])
    learning_rates = rates(experiment, 0, 0.33, 0.34, 0.66, 0.67)
    assert learning_rates == pytest.approx([1e-4, 1e-4, 1e-5, 1e-5, 1e-6])
    assert experiment.run.steps == 3000 * 2103 / 6
    assert (experiment.run.batch_size, experiment.crops.crop_size) == (6, 256)
    assert experiment.optimizer.algorithm == "adam"
    is_in_release = re.search(r"/Stack\(\d\)-DMPHN$", config.row_name)
    augmentations = ("rotation", "saturation") if is_in_release else ()
    assert tuple(experiment.crops.augmentations) == augmentations
    assert experiment.train_data == gopro("train")
    assert experiment.validation_data == gopro("test")


@files_of("Gao19")
def test_trains_as_gao_et_al(config):
    is_plus = config.row_name.endswith("/Ours+")
    experiment, _ = read_experiment([config.path])
    learning_rates = rates(experiment, 0, 0.5, 1)
    assert learning_rates == pytest.approx([1e-4, 1e-4 * 0.5 ** (1.0 if is_plus else 0.3), 0])
    expected = (2_464_000, 24) if is_plus else (1_048_000, 16)
    assert (experiment.run.steps, experiment.run.batch_size) == expected
    assert (experiment.optimizer.algorithm, experiment.optimizer.epsilon) == ("adam", 1e-8)
    assert experiment.crops.crop_size == 256
    assert tuple(experiment.crops.augmentations) == ("grayscale",)
    assert experiment.validation_data == gopro("test")
    if is_plus:
        sources = [gopro("train"), Deferred(tfds_pairs, {"name": "gao2019", "split": "train"})]
        assert experiment.train_data == Deferred(Mixture, {"sources": sources})
    else:
        assert experiment.train_data == gopro("train")


def gopro(split):
    return Deferred(tfds_pairs, {"name": "gopro", "split": split})


@pytest.mark.parametrize(
    ("row", "units", "num_parameters"),
    [("SE Sharing", 3, 3_096_675), ("Indep.", 4, 19_372_515), ("Sharing", 4, 6_457_505)],
)
def test_rows_of_table_1_can_be_compared_at_equal_units(row, units, num_parameters):
    config = CONFIGS[f"Gao19/Table 1/{row}"]
    binding = f"Experiment.model_arguments={{'units': {units}}}"
    assert f'--gin_param="{binding}"' in header(config)
    experiment, _ = read_experiment([config.path], [binding])
    model = experiment.unbuilt_network()
    model.build((None, None, None, 1))
    assert model.count_params() == num_parameters


def test_the_readme_mentions_every_table_and_group():
    text = (config_dir() / "papers" / "README.md").read_text()
    for value in VALUES:
        assert f"[{value.paper}] {value.table}" in text
        if value.row in OTHER_GROUPS:
            assert value.row in text
    for folder_and_table in re.findall(r"`(\w+/table\d)_\*`", text):
        assert any(
            config.path.startswith(f"papers/{folder_and_table}") for config in CONFIGS.values()
        )
