"""Options from a file and from the environment: what is wrong there is refused, or warned of, by name."""

import codecs
import json

import pytest

LIST = ["generate", "--config", "lab.toml"]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("[generate]\nsample = 3\n", 2, "[generate] has no option 'sample' (did you mean samples?)"),
        ("[generate]\nsamples = 'many'\n", 2, "[generate] samples: Input should be a valid integer"),
        ("[generate]\nsamples = [1, 2]\n", 2, "[generate] samples: "),
        ("[generate]\nsamples = {a = 1}\n", 2, "[generate] samples: "),
        ("[generate]\nsamples = -3\n", 2, "[generate] samples: --samples must be a whole number from 2"),
        ("[generate]\nnoise = inf\n", 2, "[generate] noise: --noise must be"),
        ("[generate]\nconfig = 'x'\n", 2, "[generate] has no option 'config'"),
        ("[generate]\nno-stratify = true\n", 2, "[generate] has no option 'no-stratify'"),
        ("[train]\nlr = 1\nlearning-rate = 2\n", 2, "[train] has --learning-rate twice, by two of its names"),
        ("[generatee]\nsamples = 5\n", 2, "[generatee] is no command (did you mean generate?)"),
        ('["\\u001b[2J"]\nsamples = 5\n', 2, r"[\x1b[2J] is no command"),
        ("samples = 5\n[generate]\n", 2, "samples stands outside a table (put it below [generate])"),
        ("generate = 3\n", 2, "[generate] is not a table"),
        ("[[generate]]\nsamples = 3\n", 2, "[generate] is not a table"),
        ("[generate\n", 2, "not TOML"),
        ("\x00", 2, "not TOML"),
        ("[generate]\nsamples = " + "9" * 5000, 2, "not TOML"),
        ("[generate]\nsamples = " + "[" * 50_000 + "]" * 50_000, 65, "nested too deeply"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else None,
)
def test_a_wrong_file_of_options_is_refused_in_one_line(dlwhy_in_process, tmp_path, text, code, said):
    (tmp_path / "lab.toml").write_text(text)

    result = dlwhy_in_process("train" if "[train]" in text else "generate", "--config", "lab.toml")

    assert result.code == code
    assert result.error.startswith("lab.toml: ")
    assert said in result.error
    assert [path.name for path in tmp_path.iterdir()] == ["lab.toml"]


def test_a_missing_file_of_options_is_refused(dlwhy_in_process):
    assert dlwhy_in_process("generate", "--config", "lab.toml").code == 66


@pytest.mark.parametrize(
    "content",
    [
        "[generate]\nsamples = 40\noutput = '-'\n".encode("utf-8-sig"),
        b"[generate]\r\nsamples = 40\r\noutput = '-'\r\n",
        codecs.BOM_UTF16_LE + "[generate]\r\nsamples = 40\r\noutput = '-'\r\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "[generate]\nsamples = 40\noutput = '-'\n".encode("utf-16-be"),
    ],
    ids=["utf-8 with a mark", "crlf", "utf-16 little", "utf-16 big"],
)
def test_case_50_a_file_from_windows_is_read(dlwhy_in_process, tmp_path, content):
    (tmp_path / "lab.toml").write_bytes(content)

    code, out, err = dlwhy_in_process(*LIST, "--quiet")

    assert (code, err, len(out.splitlines())) == (0, "", 41)


def test_one_text_for_an_option_of_several_is_one_value(dlwhy_in_process, tmp_path):
    (tmp_path / "lab.toml").write_text("[evaluate]\nmodel = 'my model.keras'\n")

    result = dlwhy_in_process("evaluate", "--config", "lab.toml")

    assert (result.code, result.error) == (66, "'my model.keras': No such file or directory")


@pytest.mark.parametrize(
    ("command", "line", "said"),
    [
        ("sweep", "learning-rate = [0.1, 'x']", "[sweep] learning-rate: --learning-rate must be a number (got x)"),
        ("train", "layers = [64, 0]", "[train] layers: --layers must be at most 128 whole numbers"),
        ("train", "layers = ['6,4', '2']", "[train] layers: "),
    ],
)
def test_a_list_for_one_option_is_what_has_commas_between_on_the_command_line(
    dlwhy_in_process, tmp_path, command, line, said
):
    (tmp_path / "lab.toml").write_text(f"[{command}]\n{line}\n")

    result = dlwhy_in_process(command, "--config", "lab.toml")

    assert result.code == 2
    assert said in result.error


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DLWHY_TRAIN_EPOCHS", "ten", "DLWHY_TRAIN_EPOCHS: Input should be a valid integer"),
        ("DLWHY_TRAIN_EPOCHS", "-3", "DLWHY_TRAIN_EPOCHS: --epochs must be a whole number from 1"),
        ("DLWHY_TRAIN_BATCH_NORM", "perhaps", "DLWHY_TRAIN_BATCH_NORM: Input should be a valid boolean"),
        ("DLWHY_TRAIN_MAX_SIZE", "0", "DLWHY_TRAIN_MAX_SIZE: Input should be greater than or equal to 1"),
        ("DLWHY_TRAIN_OUTPUT", "missing/m.keras", "missing/m.keras: no such folder"),
        ("DLWHY_TRAIN_EPOCH", "3", "DLWHY_TRAIN_EPOCH: no option has this variable (did you mean DLWHY_TRAIN_EPOCHS?)"),
        ("DLWHY_TRAIN_XYZ", "3", "DLWHY_TRAIN_XYZ: no option has this variable"),
    ],
)
def test_case_50_a_wrong_variable_is_named_in_one_line(dlwhy_in_process, tmp_path, name, value, said):
    result = dlwhy_in_process("train", env={name: value})

    assert result.code == (73 if "folder" in said else 2)
    assert result.error.startswith(said)
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_is_not_named(dlwhy_in_process):
    """It wins, and the user sees what stands there."""
    result = dlwhy_in_process("train", "--epochs", "-3", env={"DLWHY_TRAIN_EPOCHS": "5"})

    assert result.error.startswith("--epochs must be")


@pytest.mark.parametrize(
    ("command", "name", "meant"),
    [
        ("sweep", "LR", "LEARNING_RATE"),
        ("sweep", "LEARN_RATE", "LEARNING_RATE"),
        ("sweep", "SEDS", "SEEDS"),
        ("verify", "K", "RUNS"),
        ("verify", "RUN", "RUNS"),
        ("train", "LR", "LEARNING_RATE"),
        ("plot", "DPIS", "DPI"),
        ("sweep", "MEMBERS", None),
        ("info", "SEED", None),
    ],
)
def test_a_variable_s_hint_is_of_the_same_command(dlwhy_in_process, command, name, meant):
    """Also for the other names of an option, and also where another command does without it."""
    variable = f"DLWHY_{command.upper()}_{name}"
    hint = f" (did you mean DLWHY_{command.upper()}_{meant}?)" if meant else ""

    refused = dlwhy_in_process(command, env={variable: "3"})
    warned = dlwhy_in_process("generate", "--list", env={variable: "3"})

    assert f"{variable}: no option has this variable{hint}\n" in warned.err
    assert refused.error == f"{variable}: no option has this variable{hint}"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("DLWHY_LR", ""),
        ("DLWHY_SAMPLES", " (did you mean DLWHY_GENERATE_SAMPLES?)"),
        ("DLWHY_TRIAN_EPOCHS", " (did you mean DLWHY_TRAIN_EPOCHS?)"),
        ("DLWHY_VERSION", ""),
    ],
)
def test_a_variable_of_no_command_is_warned_of(dlwhy_in_process, name, hint):
    code, _, err = dlwhy_in_process("generate", "--list", env={name: "5"})

    assert code == 0
    assert err.startswith(f"dlwhy: warning: {name}: no option has this variable{hint}")
    assert dlwhy_in_process("generate", "--list", "--quiet", env={name: "5"}).err == ""


def test_a_variable_of_another_command_is_no_business_of_this_one(dlwhy_in_process):
    assert dlwhy_in_process("generate", "--list", env={"DLWHY_TRAIN_EPOCHS": "ten"}).err == ""


def test_an_empty_variable_counts_as_not_set(dlwhy_in_process):
    code, out, _ = dlwhy_in_process("generate", "-o", "-", env={"DLWHY_GENERATE_SAMPLES": ""})

    assert (code, len(out.splitlines())) == (0, 1001)


@pytest.mark.parametrize("text", ["my dir/m.keras", "my dir/m.keras\n\nm 2.keras\n", "my dir/m.keras\r\nm 2.keras"])
def test_several_values_in_a_variable_stand_a_line_each(dlwhy_in_process, demo, tmp_path, text):
    (tmp_path / "my dir").mkdir()
    for path in ("my dir/m.keras", "m 2.keras"):
        (tmp_path / path).write_bytes((demo / "model.keras").read_bytes())
    command = ["evaluate", "-d", demo / "dataset.joblib", "--format", "csv"]

    code, out, err = dlwhy_in_process(*command, env={"DLWHY_EVALUATE_MODEL": text})

    assert code == 0, err
    assert [line.split(",")[0] for line in out.splitlines()[1:]] == [line for line in text.splitlines() if line]


def test_commands_of_two_words_share_the_table_and_the_variables_of_the_first(dlwhy_in_process, tmp_path):
    """What one of them has not is for the other."""
    (tmp_path / "lab.toml").write_text("[study]\nbudget = 'quick'\ndetails = true\n")
    planned = dlwhy_in_process("study", "depth", "--config", "lab.toml", "--dry-run", "--json")
    shown = dlwhy_in_process("study", "show", "nowhere", "--config", "lab.toml")

    assert json.loads(planned.out)["seeds"] == 12
    assert (shown.code, shown.error.partition(" (")[0]) == (66, "nowhere: no such folder")
    seeds = dlwhy_in_process("study", "depth", "--dry-run", "--json", env={"DLWHY_STUDY_SEEDS": "7"})
    assert json.loads(seeds.out)["seeds"] == 7
    (tmp_path / "lab.toml").write_text("[study]\nbudgte = 'quick'\n")
    refused = dlwhy_in_process("study", "show", "nowhere", "--config", "lab.toml")
    assert (refused.code, "[study] has no option 'budgte'" in refused.error) == (2, True)
