import type { Bytes } from './files.ts';

/**
 * Whether a detached signature (ECDSA P-256 with SHA-256, base64 of r||s) fits the content; anything unreadable does not. The file
 * may hold several, one a line: while keys change, each device finds the one that its own key fits.
 */
export async function signatureFits(content: Bytes, signature: Bytes, publicKey: string): Promise<boolean> {
  try {
    const spki = decodeBase64(publicKey.replace(/-----[^-]+-----/g, ''));
    const key = await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
    const lines = new TextDecoder().decode(signature).split(/\s+/).filter(Boolean);
    const fits = await Promise.all(lines.map((line) => lineFits(content, line, key)));
    return fits.includes(true);
  } catch {
    return false;
  }
}

async function lineFits(content: Bytes, line: string, key: CryptoKey): Promise<boolean> {
  try {
    return await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, decodeBase64(line), content);
  } catch {
    // An unreadable line must not hide a good one.
    return false;
  }
}

/** The sha256 of bytes as lower-case hex. */
export async function sha256Hex(content: Bytes): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', content);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function decodeBase64(text: string): Bytes {
  return Uint8Array.from(atob(text.replace(/\s/g, '')), (character) => character.charCodeAt(0));
}
