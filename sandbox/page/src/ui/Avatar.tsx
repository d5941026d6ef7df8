import mark from "../icon.svg";

const PALETTE = ["#4f46a5", "#0f766e", "#b4530a", "#9d3c72", "#1d6fb8", "#5b7a1e", "#8a4baf", "#a8323e"];

function paint(seed: string): string {
  let sum = 0;
  for (const letter of seed) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return PALETTE[sum % PALETTE.length] ?? "#4f46a5";
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The first letter of the first and of the last word; of scripts with wide letters, of the first only. */
function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const narrow = /^\p{Script=Latin}/u.test(name);
  const picked = words.length > 1 && narrow ? [words[0], words.at(-1)] : words.slice(0, 1);
  return picked.map((word) => [...graphemes.segment(word ?? "")][0]?.segment ?? "").join("");
}

interface Props {
  name: string;
  seed?: string;
  colour?: string;
  size?: number;
  round?: boolean;
  /** The desk itself, with the mark of the page. */
  desk?: boolean;
}

export function Avatar({ name, seed, colour, size = 36, round = false, desk = false }: Props) {
  if (desk) return <img className="avatar" src={mark} alt="" width={size} height={size} />;
  const given = colour && /^#?[0-9a-f]{6}$/i.test(colour) ? `#${colour.replace("#", "")}` : null;
  return (
    <span
      className={round ? "avatar avatar--round" : "avatar"}
      aria-hidden="true"
      style={{ background: given ?? paint(seed ?? name), width: size, height: size, fontSize: size * 0.4 }}
    >
      {initials(name)}
    </span>
  );
}
