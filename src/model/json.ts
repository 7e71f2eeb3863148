import { appError, detailOf } from '../domain/app-error.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Schema } from '../domain/zod.ts';
import type { Bytes } from './files.ts';

/** Reads a JSON file against its schema; the error names the first place that does not fit. */
export function parseJson<T>(file: string, bytes: Bytes, schema: Schema<T>): Result<T> {
  let content: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (/^\s*<(!doctype|html)/i.test(text)) return err(appError('html_instead', { file }));
    content = JSON.parse(text);
  } catch (thrown) {
    return err(appError('schema_invalid', { file, where: '', detail: detailOf(thrown) }));
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  return err(
    appError('schema_invalid', { file, where: issue?.path.map(String).join('.') ?? '', detail: issue?.message ?? '' }),
  );
}
