from pytest_bolk import BolkCase


def test_booking(bolk_case: BolkCase) -> None:
    bolk_case.check()
