"""Encryption, keyed hashes and random values."""

import pytest

from portal.crypto import KeyRing, Unreadable, new_code, new_token, token_hash

OLD, NEW = b"an old key of at least 32 characters", b"a newer key of at least 32 characters"
SECRET = b"the secret of ben's app"


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing((NEW, OLD))


def test_what_was_encrypted_is_read_again(ring: KeyRing) -> None:
    assert ring.decrypt(ring.encrypt(SECRET, "factor 1"), "factor 1") == SECRET


def test_what_is_stored_shows_nothing(ring: KeyRing) -> None:
    """Not the secret, and not that two secrets are the same."""
    first, second = ring.encrypt(SECRET, "factor 1"), ring.encrypt(SECRET, "factor 1")
    assert SECRET not in first
    assert first != second


def test_after_a_rotation_the_old_is_still_read(ring: KeyRing) -> None:
    assert ring.decrypt(KeyRing((OLD,)).encrypt(SECRET, "factor 1"), "factor 1") == SECRET


def test_after_a_rotation_the_new_key_is_used(ring: KeyRing) -> None:
    """So that the old one can be thrown away one day."""
    assert KeyRing((NEW,)).decrypt(ring.encrypt(SECRET, "factor 1"), "factor 1") == SECRET
    assert KeyRing((NEW,)).matches(ring.mac("123456", "code"), "123456", "code")


def test_without_its_key_nothing_is_read() -> None:
    with pytest.raises(Unreadable, match="PORTAL_DATA_KEYS"):
        KeyRing((NEW,)).decrypt(KeyRing((OLD,)).encrypt(SECRET, "factor 1"), "factor 1")


def test_a_row_moved_to_another_place_is_not_read(ring: KeyRing) -> None:
    """T: whoever can write to the database can't give ben's account the secret of eve's app."""
    with pytest.raises(Unreadable):
        ring.decrypt(ring.encrypt(SECRET, "factor 1"), "factor 2")


def test_one_altered_bit_anywhere_is_noticed(ring: KeyRing) -> None:
    sealed = ring.encrypt(SECRET, "factor 1")
    for i in range(len(sealed)):
        altered = sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1 :]
        with pytest.raises(Unreadable):
            ring.decrypt(altered, "factor 1")


def test_a_cut_row_is_noticed(ring: KeyRing) -> None:
    sealed = ring.encrypt(SECRET, "factor 1")
    for length in range(len(sealed)):
        with pytest.raises(Unreadable):
            ring.decrypt(sealed[:length], "factor 1")


def test_a_keyed_hash_matches_its_value_and_purpose_only(ring: KeyRing) -> None:
    stored = ring.mac("123456", "code")
    assert ring.matches(stored, "123456", "code")
    assert not ring.matches(stored, "123457", "code")
    assert not ring.matches(stored, "123456", "limit")


def test_a_purpose_and_a_value_can_t_be_shifted_into_each_other(ring: KeyRing) -> None:
    assert ring.mac("ab", "c") != ring.mac("b", "ca")


def test_a_keyed_hash_needs_the_key(ring: KeyRing) -> None:
    """A million codes are tried in a second: without the key it must not help."""
    assert KeyRing((NEW,)).mac("123456", "code")[4:] != KeyRing((OLD,)).mac("123456", "code")[4:]
    assert not KeyRing((NEW,)).matches(KeyRing((OLD,)).mac("123456", "code"), "123456", "code")


def test_an_old_keyed_hash_still_matches_after_a_rotation(ring: KeyRing) -> None:
    assert ring.matches(KeyRing((OLD,)).mac("123456", "code"), "123456", "code")


def test_what_is_no_keyed_hash_matches_nothing(ring: KeyRing) -> None:
    assert not ring.matches(b"", "123456", "code")
    assert not ring.matches(ring.mac("123456", "code")[:4], "123456", "code")


def test_a_code_is_six_digits_from_the_whole_range() -> None:
    codes = {new_code() for _ in range(2000)}
    assert all(len(code) == 6 and code.isdecimal() and code.isascii() for code in codes)
    assert {code[0] for code in codes} == set("0123456789")
    assert len(codes) > 1900


def test_a_token_holds_256_random_bits() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}


def test_the_database_holds_no_token() -> None:
    token = new_token()
    assert token.encode() not in token_hash(token)
    assert len(token_hash(token)) == 32
