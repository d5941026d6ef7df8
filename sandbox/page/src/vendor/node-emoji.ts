/**
 * Stands in for the package node-emoji (a quarter of the bundle): slack-blocks-to-jsx
 * brings Slack's own table of names and asks for it through `fallback`.
 */
interface Choices {
  fallback?: (name: string) => string;
}

export function emojify(text: string, { fallback }: Choices = {}): string {
  const name = text.replace(/^:|:$/g, "");
  const known = fallback?.(name) ?? name;
  if (known !== name) return known;
  const bare = name.split("::")[0] ?? name;
  const plain = fallback?.(bare) ?? bare;
  return plain === bare ? `:${bare}:` : plain;
}
