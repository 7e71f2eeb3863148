/** Nested plain values as lines: `{ boosting: { depth: 4 } }` is `['boosting.depth', '4']`. */
export function flatten(value: unknown, path = ''): readonly (readonly [name: string, text: string])[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, inner]) => flatten(inner, path === '' ? key : `${path}.${key}`));
  }
  return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
}
