"""One replication: a plan lived in virtual time."""

from scenarios.attempts import Attempt
from scenarios.choice import Pick
from scenarios.plan import Plan
from scenarios.scenario import Scenario
from simulation.journey import Citizen, Journey, Try
from simulation.service_times import service_times
from simulation.world import World


def simulate(scenario: Scenario, plan: Plan) -> list[Attempt]:
    """Let every citizen of the plan live the journey on the scenario's platform.

    Returns
    -------
    list of Attempt
        In the order in which they were settled; the same plan and scenario give the same list, bit for bit.
    """
    world = World(scenario)
    attempts: list[Attempt] = []
    municipality: list[int] = plan.municipality.tolist()
    book: list[int] = plan.book.tolist()
    for citizen in _citizens(scenario, plan):
        opened = world.books[municipality[citizen.number]][book[citizen.number]]
        world.env.process(Journey(world, citizen, opened, attempts.append).live())
    world.env.run()
    return attempts


def _citizens(scenario: Scenario, plan: Plan) -> list[Citizen]:
    acting = plan.acts.nonzero()[0].tolist()
    service = service_times(scenario, plan).tolist()
    columns = zip(
        plan.choose_s.tolist(),
        plan.form_s.tolist(),
        plan.pick.tolist(),
        plan.where.tolist(),
        plan.preferred.tolist(),
        plan.retries.tolist(),
        plan.wait_s.tolist(),
        strict=True,
    )
    rows = list(columns)
    return [
        Citizen(
            number=i,
            planned_s=plan.planned_s[i].item(),
            login_s=plan.login_s[i].item(),
            page_patience_s=plan.page_patience_s[i].item(),
            answer_patience_s=plan.answer_patience_s[i].item(),
            poll_s=plan.poll_s,
            tries=_tries(rows[i], service[i]),
        )
        for i in acting
    ]


def _tries(row: tuple[list[float], ...], service: list[list[float]]) -> list[Try]:
    return [
        Try(
            choose_s=choose_s,
            form_s=form_s,
            pick=Pick(int(pick)),
            where=where,
            preferred=int(preferred),
            retries=bool(retries),
            wait_s=wait_s,
            service_s=service_s,
        )
        for (choose_s, form_s, pick, where, preferred, retries, wait_s), service_s in zip(
            zip(*row, strict=True), service, strict=True
        )
    ]
