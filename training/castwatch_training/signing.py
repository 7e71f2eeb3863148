"""Signatures over `manifest.json`: ECDSA P-256 with SHA-256, as 64 bytes r||s (IEEE P1363), in base64.

The browser's WebCrypto verifies exactly this form. Signing is deterministic (RFC 6979): the same manifest and key
give the same signature. The repository holds a development key pair only, named so; a release key is passed in by
path and never stored here.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from castwatch_training.errors import SigningError

KEY_ENVIRONMENT = "CASTWATCH_SIGNING_KEY"
KEYS = Path(__file__).resolve().parents[1] / "keys"
DEVELOPMENT_KEY = KEYS / "development.key.pem"
DEVELOPMENT_PUBLIC_KEY = KEYS / "development.public.pem"
_HALF = 32


def keygen(private_path: Path, public_path: Path) -> None:
    """Write a new P-256 key pair as PEM; the private key is readable by its owner alone.

    Raises `SigningError` when either file exists: a key is never overwritten.
    """
    for path in (private_path, public_path):
        if path.exists():
            raise SigningError(f"{path}: exists already; a key is never overwritten")
    key = ec.generate_private_key(ec.SECP256R1())
    private_path.parent.mkdir(parents=True, exist_ok=True)
    public_path.parent.mkdir(parents=True, exist_ok=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(private_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(private)
    public_path.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def signing_key_path(argument: Path | None) -> Path:
    """The key to sign with: the argument, else the environment variable, else the development key."""
    if argument is not None:
        return argument
    if named := os.environ.get(KEY_ENVIRONMENT):
        return Path(named)
    return DEVELOPMENT_KEY


def sign(content: bytes, private_path: Path) -> bytes:
    """The signature over `content`, as the bytes of `manifest.sig`: base64 of r||s and a newline."""
    raw = _read(private_path)
    try:
        key = serialization.load_pem_private_key(raw, password=None)
    except (ValueError, TypeError) as error:
        raise SigningError(f"{private_path}: not an unencrypted PEM private key") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SigningError(f"{private_path}: not a P-256 key")
    der = key.sign(content, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(der)
    return base64.b64encode(r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")) + b"\n"


def verify(content: bytes, signature: bytes, public_path: Path) -> None:
    """Raises `SigningError` unless `signature` (the bytes of `manifest.sig`) is the key's over `content`."""
    raw = _read(public_path)
    try:
        key = serialization.load_pem_public_key(raw)
    except ValueError as error:
        raise SigningError(f"{public_path}: not a PEM public key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SigningError(f"{public_path}: not a P-256 key")
    try:
        rs = base64.b64decode(signature.strip(), validate=True)
    except binascii.Error as error:
        raise SigningError("the signature is not base64") from error
    if len(rs) != 2 * _HALF:
        raise SigningError(f"the signature has {len(rs)} bytes instead of {2 * _HALF}")
    der = encode_dss_signature(int.from_bytes(rs[:_HALF], "big"), int.from_bytes(rs[_HALF:], "big"))
    try:
        key.verify(der, content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise SigningError(f"the signature does not match the key {public_path.name}") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SigningError(f"{path}: the key cannot be read ({error.strerror})") from error
