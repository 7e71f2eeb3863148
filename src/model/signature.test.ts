import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { expect, it } from 'vitest';
import { sha256Hex, signatureFits } from './signature.ts';

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [mine, other] = [pair(), pair()];
const pem = ({ publicKey }: { publicKey: KeyObject }): string => publicKey.export({ type: 'spki', format: 'pem' }).toString();
const content = new TextEncoder().encode('{"sequence":5}');
const line = (key: KeyObject, what = content): string => sign('sha256', what, { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
const fits = (text: string, key = pem(mine)): Promise<boolean> => signatureFits(content, new TextEncoder().encode(text), key);

const good = line(mine.privateKey);
const foreign = line(other.privateKey);
const stale = line(mine.privateKey, new TextEncoder().encode('{"sequence":4}'));

it.each([
  ['alone, with or without its end of line', [`${good}\n`, good]],
  ['first or last of several', [`${good}\n${foreign}\n`, `${foreign}\n${good}\n`, `${stale}\n${good}\n`, `${foreign}\r\n${good}\r\n`]],
  ['beside a line that is none', [`not base64!\n${good}\n`, `AAAA\n${good}\n`, `\n\n${good}`]],
])('a signature that fits counts: %s', async (_, files) => {
  for (const file of files) expect([file, await fits(file)]).toEqual([file, true]);
});

it.each([
  ['no line', ['', '\n']],
  ['other keys and other contents', [`${foreign}\n`, `${stale}\n`, `${foreign}\n${stale}\n`]],
  ['one signature over two lines', [`${good.slice(0, 40)}\n${good.slice(40)}\n`]],
  ['what is none', ['not base64!', `${good.slice(0, -4)}\n`, '{"signature":true}']],
])('nothing else does: %s', async (_, files) => {
  for (const file of files) expect([file, await fits(file)]).toEqual([file, false]);
});

it('each device finds the line of its own key', async () => {
  const file = `${good}\n${foreign}\n`;
  expect([await fits(file, pem(mine)), await fits(file, pem(other)), await fits(file, pem(pair()))]).toEqual([true, true, false]);
  expect(await fits(file, 'no key')).toBe(false);
});

it('a hash is told as lower-case hex', async () => {
  expect(await sha256Hex(new TextEncoder().encode('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
