// Fails the build when what it made could ask another host for something, or has grown too large.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../static/", import.meta.url));
// Names, never fetched: XML namespaces, React's explanations of its errors, and a link the page never renders.
const NAMES = ["http://www.w3.org/", "https://react.dev/errors/", "https://app.slack.com/block-kit-builder"];
const LIMIT = 900_000;

const assets = readdirSync(join(folder, "assets"));
let script = 0;
const wrong = [];
for (const name of ["index.html", ...assets.map((asset) => `assets/${asset}`)]) {
  if (!/\.(html|js|css|svg)$/.test(name)) continue;
  const text = readFileSync(join(folder, name), "utf8");
  if (name.endsWith(".js")) script += Buffer.byteLength(text);
  for (const [address] of text.matchAll(/(?:https?|wss?):\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s"'`)<>\\]*/gi)) {
    if (!NAMES.some((known) => address.startsWith(known))) wrong.push(`${name}: ${address}`);
  }
  if (/url\(\s*["']?\/\//.test(text)) wrong.push(`${name}: a protocol-relative address`);
  if (/<script(?![^>]*\bsrc=)/.test(name.endsWith(".html") ? text : "")) wrong.push(`${name}: an inline script`);
}
if (script > LIMIT) wrong.push(`the scripts are ${script} bytes, more than ${LIMIT}`);
if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exit(1);
}
console.log(`no other host is named; scripts ${script} bytes`);
