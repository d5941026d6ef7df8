/** Keeps the parts of `before` that `after` did not change, so that React renders only what did. */
export function share<T>(before: unknown, after: T): T {
  if (Object.is(before, after)) return after;
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null) return after;
  if (Array.isArray(before) !== Array.isArray(after)) return after;
  const old = before as Record<string, unknown>;
  const next = after as Record<string, unknown>;
  let same = Object.keys(old).length === Object.keys(next).length;
  const merged: Record<string, unknown> = {};
  for (const key of Object.keys(next)) {
    merged[key] = share(old[key], next[key]);
    same = same && key in old && merged[key] === old[key];
  }
  if (same) return before as T;
  return (Array.isArray(after) ? Object.values(merged) : merged) as T;
}
