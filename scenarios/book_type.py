"""What a book (timebok) is for: the four types of the guide."""

from enum import StrEnum


class BookType(StrEnum):
    """The four types of resource book.

    Source: Norsk helsenett, Veileder for kommune, Timebestilling i ressurstimebok (09.06.2021), Kategorier.
    """

    KORONATEST = "koronatest"
    KORONAVAKSINE = "koronavaksine"
    LAB = "lab"
    VAKSINE = "vaksine"
