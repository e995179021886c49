"""E-mail addresses: one reading for pages, look-ups and limits."""

import pytest

from portal.access.addresses import read_address
from portal.access.problems import AddressBad, AddressMissing


@pytest.mark.parametrize(
    "typed",
    [
        "ada@example.org",
        "Ada@Example.ORG",
        "  ada@example.org\n",
        "ada@EXAMPLE.org",
    ],
)
def test_an_address_is_the_same_in_every_case(typed: str) -> None:
    """T: nobody gets a second account, or new tries, by another spelling."""
    assert read_address(typed).key == "ada@example.org"


@pytest.mark.parametrize("typed", ["ada@bücher.example", "ada@BÜCHER.example", "ada@xn--bcher-kva.example"])
def test_a_domain_is_compared_in_its_idna_form(typed: str) -> None:
    assert read_address(typed).key == "ada@xn--bcher-kva.example"


def test_two_unicode_spellings_of_a_domain_are_one() -> None:
    assert read_address("ada@bu\N{COMBINING DIAERESIS}cher.example").key == "ada@xn--bcher-kva.example"


def test_mail_goes_to_the_address_as_it_was_written() -> None:
    """Some mail servers still tell Ada from ada."""
    assert read_address("Ada.Lovelace+portal@example.org").written == "Ada.Lovelace+portal@example.org"


def test_dots_and_tags_make_another_address() -> None:
    """Only the mail server knows whether they do not matter."""
    assert read_address("a.da+x@example.org").key != read_address("ada@example.org").key


@pytest.mark.parametrize("typed", ["", "   ", "\t\n"])
def test_nothing_is_not_an_address(typed: str) -> None:
    with pytest.raises(AddressMissing):
        read_address(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "ada@@example.org",
        "ada@example..org",
        "ada@.example.org",
        "ada example@example.org",
        "ada@exa mple.org",
        "ada@example.org, eve@example.org",
        "ada@example.org;eve@example.org",
        "Ada <ada@example.org>",
        "ada@[192.0.2.1]",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada\x00@example.org",
        "ada@example.org\x00",
        "ada@xn--zzzzzz.example",
        "ada@💌.example",
        "ada\N{RIGHT-TO-LEFT OVERRIDE}@example.org",
        "ada\ud800@example.org",
        "a" * 243 + "@example.org",
        "ada@" + "a." * 120 + "example.org",
        "a@b." * 2_500,
    ],
)
def test_rubbish_is_refused_in_words(typed: str) -> None:
    """Never an error page, never a second header in a mail, never a character that a database refuses."""
    with pytest.raises(AddressBad):
        read_address(typed)
