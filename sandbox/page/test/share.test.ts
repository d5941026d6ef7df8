import assert from "node:assert/strict";
import { test } from "node:test";
import { share } from "../src/store/share";

test("what did not change stays the same object", () => {
  const before = { list: [{ a: 1 }, { b: [2] }], other: null };
  assert.equal(share(before, structuredClone(before)), before);
  const after = share(before, { list: [{ a: 1 }, { b: [3] }, { c: 4 }], other: null });
  assert.deepEqual(after, { list: [{ a: 1 }, { b: [3] }, { c: 4 }], other: null });
  assert.equal(after.list[0], before.list[0]);
  assert.deepEqual(share([1, 2], [1]), [1]);
  assert.deepEqual(share({ a: 1 }, []), []);
  assert.deepEqual(share({ a: undefined }, { b: undefined }), { b: undefined });
});
