import assert from "node:assert/strict";
import { test } from "node:test";
import { caseOf, steps } from "../src/ladder/steps";
import type { Ladder, Rung } from "../src/types";
import { span } from "../src/ui/dates";

const T0 = new Date("2026-01-15T12:00:00Z");
const after = (minutes: number): Date => new Date(T0.getTime() + minutes * 60_000);
const rung = (minutes: number): Rung => ({
  at: after(minutes).toISOString(),
  label: `${minutes}`,
  targets: [],
  state: "later",
});
const ladder = (more: Partial<Ladder>): Ladder => ({
  case: 7,
  waiting_since: T0.toISOString(),
  due_at: after(15).toISOString(),
  rungs: [rung(5), rung(30)],
  ...more,
});
const kinds = (one: Ladder, minutes: number): string[] => steps(one, after(minutes)).map(({ kind }) => kind);

test("T0, steps, the due time and the present stand in the order of time", () => {
  assert.deepEqual(kinds(ladder({}), 7), ["start", "rung", "now", "due", "rung"]);
  assert.deepEqual(kinds(ladder({}), 20), ["start", "rung", "due", "now", "rung"]);
  assert.deepEqual(kinds(ladder({ rungs: [rung(15)] }), 15), ["start", "rung", "due", "now"]);
});

test("an answer is late when the desk says so, else when its time has passed", () => {
  const due = (one: Ladder, minutes: number) => steps(one, after(minutes)).find(({ kind }) => kind === "due");
  assert.deepEqual(due(ladder({}), 16), { kind: "due", at: after(15), late: true });
  assert.deepEqual(due(ladder({ late: false }), 16), { kind: "due", at: after(15), late: false });
});

test("without a customer who waits there is no line", () => {
  assert.deepEqual(steps({ case: 7, rungs: [] }, T0), []);
  assert.deepEqual(kinds(ladder({ waiting_since: null, due_at: null }), 7), ["rung", "now", "rung"]);
});

test("a card is told by its blocks", () => {
  assert.equal(caseOf([{ type: "divider" }, { type: "section", block_id: "card-12-3-0-words" }]), 12);
  assert.equal(caseOf([{ type: "section", block_id: "ping-12-3" }]), null);
  assert.equal(caseOf(null), null);
});

test("spans in words", () => {
  assert.equal(span(15), "15 s");
  assert.equal(span(75), "1 min 15 s");
  assert.equal(span(3_601), "1 h");
  assert.equal(span(90_060), "1 d 1 h 1 min");
  assert.equal(span(0), "0 s");
});
