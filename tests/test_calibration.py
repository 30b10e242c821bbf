"""`bolk calibrate` finds what people were drawn from, knows how well, and says aloud where it does not fit."""

import json
from pathlib import Path

import numpy as np
import pytest

from reports.calibration_page import calibration_html
from reports.language import LANGUAGES
from scenarios.calibration import Calibration, Estimate, People
from scenarios.plan import plan_of
from scenarios.reading import load
from scenarios.scenario import Scenario
from simulation.calibration.counts import Counts, CountsRefused, counts_of
from simulation.calibration.delays import groups_of
from simulation.calibration.goodness import chi2_tail, goodness
from simulation.calibration.learning import best_fit, changes, in_waking_hours, people_learnt
from tests.test_front_door import bolk

MINUTES = 480
QUICK = "[{share = 0.3, median = '120 s', sigma = 0.8}]"


def people(*more: str) -> Scenario:
    """4,000 in batches of 500, who answer as the overrides say."""
    return load(
        "ci-smoke",
        ["invitation.invited=4000", "policy.batch_size=500", 'policy.pause="15 min"', "invitation.delivered=0.95",
         "behaviour.uptake=0.8", "behaviour.response.median='1500 s'", "behaviour.response.sigma=1.3",
         "behaviour.response.latest='7 days'", "slots.0.parallel=40", *more],
    )  # fmt: skip


def counted(scenario: Scenario, minutes: int = MINUTES) -> str:
    """What a municipality would count on the day that the plan says."""
    plan = plan_of(scenario, scenario.policy, 0)
    edges = np.arange(minutes + 1) * 60.0
    sent, _ = np.histogram(plan.sent_s, edges)
    opened, _ = np.histogram(plan.planned_s[plan.acts == 1], edges)
    rows = [f"{9 + k // 60:02}:{k % 60:02},{sent[k]},{opened[k]}" for k in range(minutes)]
    return "\n".join(["at,sent,opened", *rows])


def learnt_of(scenario: Scenario, text: str, folder: Path) -> People:
    """What `bolk calibrate` learns from such a file."""
    file = folder / "counts.csv"
    file.write_text(text, encoding="utf-8")
    return people_learnt(scenario, file)[0]


def assert_between(estimate: Estimate, truth: float) -> None:
    """An interval with 95 % confidence holds the truth, with the width of half another to spare."""
    middle, factor = estimate.value, (estimate.high / estimate.value) ** 1.5
    assert middle / factor <= truth <= middle * factor


def test_the_delays_of_the_plan_are_found_again_from_its_counts(tmp_path: Path) -> None:
    calibration = learnt_of(people(), counted(people()), tmp_path)
    (group,) = calibration.groups
    assert calibration.fit.verdict == "good"
    assert_between(group.median_s, 1500)
    assert_between(group.sigma, 1.3)
    assert_between(calibration.answering, 0.95 * 0.8)
    assert group.median_s.high / group.median_s.low < 1.3


def test_those_who_have_not_answered_when_the_counting_ends_are_not_taken_for_people_who_never_do(
    tmp_path: Path,
) -> None:
    calibration = learnt_of(people(), counted(people(), minutes=150), tmp_path)
    seen = calibration.counted.opened / calibration.counted.sent
    assert seen < 0.65
    assert_between(calibration.answering, 0.95 * 0.8)


def test_the_interval_of_a_group_is_its_own_whichever_group_the_fit_met_first() -> None:
    theta = np.array([-0.3, 8.0, 0.2, 5.0, -0.2, 0.4])  # the slow ones first
    errors = np.array([0.01, 0.02, 0.03, 0.04, 0.05, 0.06])
    quick, slow = groups_of(theta, errors)
    assert (quick.median_s, quick.median_error, quick.sigma_error) == (pytest.approx(np.exp(5.0)), 0.04, 0.05)
    assert (slow.median_s, slow.median_error, slow.sigma_error) == (pytest.approx(np.exp(8.0)), 0.02, 0.03)


def test_two_kinds_of_people_are_told_apart_and_the_scenario_says_both(tmp_path: Path) -> None:
    mixed = people(f"behaviour.response.groups={QUICK}")
    calibration = learnt_of(mixed, counted(mixed), tmp_path)
    quick, slow = calibration.groups
    assert calibration.fit.verdict == "good"
    assert_between(quick.median_s, 120)
    assert_between(slow.median_s, 1500)
    assert quick.share == pytest.approx(0.3, abs=0.1)
    counts = counts_of(counted(mixed).encode(), "x")
    again = load("ci-smoke", [f"{key}={value}" for key, value in changes(mixed, best_fit(counts, 10.0)).items()])
    assert again.behaviour.response.groups[0].median == pytest.approx(quick.median_s.value, abs=1)
    assert again.behaviour.uptake == pytest.approx(calibration.answering.value / 0.95, abs=0.001)


def test_a_reminder_in_the_afternoon_fits_nothing_and_is_exit_code_3(tmp_path: Path) -> None:
    lines = counted(people()).splitlines()
    spiked = [f"{line.rsplit(',', 1)[0]},{190 + k}" if 300 <= k < 302 else line for k, line in enumerate(lines)]
    (tmp_path / "counts.csv").write_text("\n".join(spiked), encoding="utf-8")
    done = bolk("calibrate", "ci-smoke", "--counts", str(tmp_path / "counts.csv"), "--out", str(tmp_path / "out"))
    assert done.returncode == 3, done.stderr
    assert "do not fit the model" in done.stdout


def test_the_command_writes_a_scenario_a_page_in_both_languages_and_what_it_read(tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text(counted(people()), encoding="utf-8")
    done = bolk("calibrate", "ci-smoke", "--counts", str(tmp_path / "counts.csv"), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    said = json.loads((tmp_path / "out" / "calibration.json").read_text(encoding="utf-8"))
    assert (said["schema"], said["people"]["counted"]["sent"]) == ("bolk.calibration/1", 4000)
    scenario = load(tmp_path / "out" / "scenario.toml")
    assert scenario.behaviour.response.median == pytest.approx(said["people"]["groups"][-1]["median_s"]["value"], abs=1)
    assert (scenario.evidence_level, load("ci-smoke").evidence_level) == (2, 0)
    for code, word in zip(LANGUAGES, ("Talt", "Counted"), strict=True):
        page = (tmp_path / "out" / f"calibration.{code}.html").read_text(encoding="utf-8")
        assert f'lang="{code}"' in page
        assert f"{word}</text>" in page
        assert calibration_html(Calibration.model_validate(said), code) == page


def test_nights_are_cut_out_and_what_was_opened_in_them_belongs_to_the_morning() -> None:
    counts = counts_of(
        b"tid;sendt;\xc3\xa5pnet\n28.04.2021 21.00;10;0\n28.04.2021 22.00;0;2\n28.04.2021 23.00;0;3\n"
        b"29.04.2021 07.00;0;1\n29.04.2021 08.00;0;0\n",
        "x",
    )
    awake = people('behaviour.awake={ from = "07:00", to = "22:00" }').behaviour.awake
    kept, asleep = in_waking_hours(counts, awake)
    assert (kept.sent.tolist(), kept.opened.tolist(), asleep) == ([10, 0, 0], [0, 6, 0], 5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("at,sent,opened,name\n09:00,1,1,Kari", "unknown column 'name'"),
        ("at,sent\n09:00,1", "the columns are at, sent, opened"),
        ("at,sent,opened\n09:00,1,0", "two steps of time"),
        ("at,sent,opened\n09:00,x,0\n25:00,1,0\n09:00,1", "line 2: sent is a whole number, not 'x'"),
        ("at,sent,opened\n25:00,1,0\n09:00,1,1", "line 2: at is written 2021-04-28 09:00"),
        ("at,sent,opened\n09:00,1,0\n09:00,1,1", "line 3: 09:00 stands twice"),
        ("at,sent,opened\n09:00,1,0\n09:01,1,3", "3 opened, and 2 SMS sent"),
        ("at,sent,opened\n2021-01-01 09:00,1,0\n2021-01-01 09:01,1,0\n2021-12-01 09:00,1,0", "5000 at most"),
        ("at,sent,opened\n09:00,40,0\n09:01,0,20", "it takes 50"),
    ],
)
def test_what_is_no_list_of_counts_is_refused_with_the_line_and_the_mend(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CountsRefused) as refusal:
        learnt_of(people(), text, tmp_path)
    assert said in str(refusal.value)


def test_chi_squared_has_the_tails_of_the_tables() -> None:
    """Abramowitz and Stegun, table 26.8: the points that 5 % lie beyond."""
    for degrees, point in {1: 3.84146, 2: 5.99146, 3: 7.81473, 10: 18.3070, 15: 24.9958, 100: 124.342}.items():
        assert chi2_tail(point, degrees) == pytest.approx(0.05, abs=2e-6)


def test_a_right_fit_is_called_wrong_as_seldom_as_the_level_says() -> None:
    rng = np.random.default_rng(7)
    expected = np.full(60, 8.0)
    values = [goodness(rng.poisson(expected).astype(float), expected, 0).p_value for _ in range(400)]
    assert 0.02 < np.mean(np.array(values) < 0.05) < 0.09
    assert goodness(np.repeat([16.0, 0.0], 30), expected, 0).verdict == "poor"


def test_one_kind_of_people_is_not_split_into_two() -> None:
    counts = counts_of(counted(people()).encode(), "x")
    assert isinstance(counts, Counts)
    assert len(best_fit(counts, 10.0).groups) == 1
