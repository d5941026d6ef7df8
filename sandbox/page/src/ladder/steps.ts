import type { Block, Ladder, Rung } from "../types";

/** One line of the time line, in the order of time. */
export type Step =
  | { kind: "start"; at: Date }
  | { kind: "rung"; at: Date; rung: Rung }
  | { kind: "due"; at: Date; late: boolean }
  | { kind: "now"; at: Date };

const ORDER: Step["kind"][] = ["start", "rung", "due", "now"];

/** The case of the card that a message is; null for any other message. */
export function caseOf(blocks: Block[] | null | undefined): number | null {
  for (const block of blocks ?? []) {
    const found = /^card-(\d+)-/.exec(block.block_id ?? "");
    if (found) return Number(found[1]);
  }
  return null;
}

/** T0, the rungs, the due time and the present as one line; without a waiting customer nothing is due. */
export function steps(ladder: Ladder, now: Date): Step[] {
  const lines: Step[] = ladder.rungs.map((rung) => ({ kind: "rung", at: new Date(rung.at), rung }));
  if (ladder.waiting_since) lines.push({ kind: "start", at: new Date(ladder.waiting_since) });
  if (ladder.due_at) {
    const at = new Date(ladder.due_at);
    lines.push({ kind: "due", at, late: ladder.late ?? at < now });
  }
  if (lines.length > 0) lines.push({ kind: "now", at: now });
  return lines.sort((a, b) => a.at.getTime() - b.at.getTime() || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}
