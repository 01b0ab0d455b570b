import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordsOf } from "../../../src/network/ovs/datapath/flow-mask.ts";
import { FlowTable } from "../../../src/network/ovs/datapath/flow-table.ts";
import type { Megaflow } from "../../../src/network/ovs/datapath/megaflow.ts";
import { AT, blankKey } from "../../../src/network/ovs/flow/layout.ts";

const OUTPUT = [{ type: "output", port: 1 }] as const;
/** Bytes that keys and masks of these tests differ in. */
const PLACES = [AT.inPort + 3, AT.ethDst, AT.nwSrc, AT.nwProto, AT.tpDst + 1];

const pattern = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: PLACES.length, maxLength: PLACES.length });

function keyOf(values: readonly number[]): Uint8Array {
  const key = blankKey();
  PLACES.forEach((place, i) => {
    key[place] = values[i]!;
  });
  return key;
}

describe("the table of megaflows", () => {
  it("finds a flow just where one matches, whatever came and went before", () => {
    const command = fc.record({ what: fc.constantFrom("put", "take", "find"), key: pattern, mask: pattern });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
        const table = new FlowTable();
        let flows: Megaflow[] = [];
        for (const { what, key, mask } of commands) {
          const bytes = keyOf(key);
          if (what === "put") {
            const flow = table.install(bytes, keyOf(mask), OUTPUT, undefined, 0);
            if (!flows.includes(flow)) flows.push(flow);
          } else if (what === "take" && flows.length > 0) {
            const gone = flows[key[0]! % flows.length]!;
            table.remove(gone);
            flows = flows.filter((flow) => flow !== gone);
          } else {
            const matches = flows.filter((flow) =>
              bytes.every((byte, i) => ((byte ^ flow.key[i]!) & flow.mask.bytes[i]!) === 0),
            );
            const found = table.lookup(wordsOf(bytes));
            expect(found === undefined ? matches.length : matches.includes(found)).toBe(found === undefined ? 0 : true);
          }
          expect(table.size).toBe(flows.length);
          expect(new Set(table.flows())).toEqual(new Set(flows));
        }
      }),
    );
  });

  it("remembers for a packet which mask answered", () => {
    const table = new FlowTable();
    for (let i = 0; i < 5; i++) table.install(keyOf([1, 0, 0, 0, i]), keyOf([255, i, 0, 0, 255]), OUTPUT, undefined, 0);
    const packet = wordsOf(keyOf([1, 0, 2, 3, 4]));
    table.lookup(packet);
    const { masksTried } = table;
    expect([masksTried > 1, table.cacheHits]).toEqual([true, 0]);
    table.lookup(packet);
    expect([table.masksTried - masksTried, table.cacheHits, table.lookups]).toEqual([1, 1, 2]);
  });

  it("gives a flow that is there new actions", () => {
    const table = new FlowTable();
    const first = table.install(keyOf([1, 2, 3, 0, 0]), keyOf([255, 0, 0, 0, 0]), OUTPUT, undefined, 0);
    expect(table.install(keyOf([1, 0, 0, 0, 0]), keyOf([255, 0, 0, 0, 0]), [], undefined, 0)).toBe(first);
    expect([first.actions, table.size, table.masks.length]).toEqual([[], 1, 1]);
  });
});
