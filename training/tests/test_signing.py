import base64
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from castwatch_training import signing
from castwatch_training.errors import SigningError


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("keys")
    signing.keygen(folder / "a.key.pem", folder / "a.public.pem")
    return folder / "a.key.pem", folder / "a.public.pem"


def test_a_signature_is_64_bytes_that_the_library_accepts(pair: tuple[Path, Path]) -> None:
    """Read back by the library itself, as WebCrypto would: r and s, 32 bytes each, over SHA-256."""
    signature = signing.sign(b"manifest", pair[0])
    raw = base64.b64decode(signature)
    assert len(raw) == 64
    key = serialization.load_pem_public_key(pair[1].read_bytes())
    assert isinstance(key, ec.EllipticCurvePublicKey)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(der, b"manifest", ec.ECDSA(hashes.SHA256()))


def test_the_same_content_and_key_give_the_same_signature(pair: tuple[Path, Path]) -> None:
    assert signing.sign(b"x", pair[0]) == signing.sign(b"x", pair[0])


def test_changed_content_or_signature_or_key_is_refused(pair: tuple[Path, Path], tmp_path: Path) -> None:
    signature = signing.sign(b"manifest", pair[0])
    signing.verify(b"manifest", signature, pair[1])
    with pytest.raises(SigningError, match=r"does not match the key a.public.pem"):
        signing.verify(b"Manifest", signature, pair[1])
    flipped = bytearray(base64.b64decode(signature))
    flipped[40] ^= 1
    with pytest.raises(SigningError, match="does not match"):
        signing.verify(b"manifest", base64.b64encode(flipped), pair[1])
    signing.keygen(tmp_path / "b.key.pem", tmp_path / "b.public.pem")
    with pytest.raises(SigningError, match="does not match"):
        signing.verify(b"manifest", signature, tmp_path / "b.public.pem")


@pytest.mark.parametrize(
    ("signature", "message"), [(b"not base64!", "not base64"), (b"AAAA", "has 3 bytes instead of 64"), (b"", "0 bytes")]
)
def test_something_that_is_no_signature_is_refused(pair: tuple[Path, Path], signature: bytes, message: str) -> None:
    with pytest.raises(SigningError, match=message):
        signing.verify(b"manifest", signature, pair[1])


def test_a_key_is_private_and_never_overwritten(pair: tuple[Path, Path], tmp_path: Path) -> None:
    assert stat.S_IMODE(pair[0].stat().st_mode) == 0o600
    with pytest.raises(SigningError, match="a key is never overwritten"):
        signing.keygen(pair[0], tmp_path / "new.public.pem")
    with pytest.raises(SigningError, match="a key is never overwritten"):
        signing.keygen(tmp_path / "new.key.pem", pair[1])
    assert not (tmp_path / "new.key.pem").exists()


def test_other_keys_are_refused_by_name(tmp_path: Path) -> None:
    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "rsa.pem").write_bytes(pem)
    (tmp_path / "text.pem").write_text("hello")
    for name, message in (("rsa.pem", "not a P-256 key"), ("text.pem", "not an unencrypted PEM private key")):
        with pytest.raises(SigningError, match=f"{name}: {message}"):
            signing.sign(b"x", tmp_path / name)
    with pytest.raises(SigningError, match=r"none.pem: the key cannot be read"):
        signing.sign(b"x", tmp_path / "none.pem")


def test_the_key_is_the_argument_then_the_environment_then_the_development_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(signing.KEY_ENVIRONMENT, raising=False)
    assert signing.signing_key_path(None) == signing.DEVELOPMENT_KEY
    monkeypatch.setenv(signing.KEY_ENVIRONMENT, str(tmp_path / "release.key.pem"))
    assert signing.signing_key_path(None) == tmp_path / "release.key.pem"
    assert signing.signing_key_path(tmp_path / "other.pem") == tmp_path / "other.pem"


def test_the_development_pair_belongs_together() -> None:
    signing.verify(b"x", signing.sign(b"x", signing.DEVELOPMENT_KEY), signing.DEVELOPMENT_PUBLIC_KEY)
