import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

it('goes on behind a job that the lost database never answers', async () => {
  const turns = new Turns();
  const silent = turns.take(() => new Promise(() => undefined));
  const next = turns.take(() => Promise.resolve('next'));
  await Promise.resolve();
  turns.databaseLost();
  await expect(silent).rejects.toThrow('closed the database');
  expect(await next).toBe('next');
});
