import { describe, expect, it } from "vitest";
import { type Fate, fateOf, program, RETURN_VALUES } from "./fate.ts";

const BOUND =
  'contract: plumgrid2013, interfaces: { p1: { flow-miss: miss }, p2: {}, p3: {} }, flows: ["actions=output:2"]';

/** Calls a helper of the program's context, which r6 has. */
const call = (helper: number, ...values: readonly number[]) => [
  "r1 = r6",
  ...values.map((value, i) => `r${i + 2} = ${value}`),
  `call 0x${helper.toString(16)}`,
];
const forward = (port: number) => call(0x4f10, port);
const forwardSelf = (port: number) => call(0x4f11, port);
const cloneForward = (port: number) => call(0x4f12, port);
const pushPacket = call(0x4f13);
const loadByte = (at: number) => call(0x4f14, at);
const loadHalf = (at: number) => call(0x4f15, at);
const loadWord = (at: number) => call(0x4f16, at);
const loadDword = (at: number) => call(0x4f17, at);
const storeHalf = (at: number, value: number) => call(0x4f1a, at, value);

/** Its context in r6, which stays. */
const bound = (...lines: readonly string[]) => program("r6 = r1", ...lines);

const UDP_PORT = 36;
/** 9 in network byte order. */
const NINE = 0x0900;
/** Its frame has this many bytes. */
const LENGTH = 42;

const DROPPED = { sent: [0, 0, 0], drops: { OVS_FLOW_MISS: 1 }, lookups: { hit: 0, missed: 1 }, upcalls: 0 };
const only2 = { sent: [0, 1, 0], drops: {} };
const only3 = { sent: [0, 0, 1], drops: {} };
/** Answers by dropping where r0 is not what it should be, and by sending to p3 where it is. */
const expects = (value: string) => [`if r0 != ${value} goto pc+4`, ...forward(3), "r0 = 0"];

describe("a program bound to a port in the contract of 2013", () => {
  it.each(RETURN_VALUES.map((value) => ({ value })))(
    "that returns $value drops what it does not send",
    async ({ value }) => {
      expect(await fateOf({ miss: bound(`r0 = ${value}`) }, BOUND)).toMatchObject({
        ...DROPPED,
        outcomes: { miss: { runs: 1, dropped: 1 } },
      });
    },
  );

  it.each(RETURN_VALUES.map((value) => ({ value })))(
    "that returns $value sends what it has forwarded",
    async ({ value }) => {
      expect(await fateOf({ miss: bound(...forward(3), `r0 = ${value}`) }, BOUND)).toMatchObject({
        ...only3,
        lookups: { hit: 0, missed: 1 },
        upcalls: 0,
        megaflows: [],
        outcomes: { miss: { runs: 1, forwarded: 1 } },
      });
    },
  );

  it.each<{ name: string; lines: string[]; want: Partial<Fate> }>([
    { name: "the first forward wins", lines: [...forward(3), ...forward(2)], want: only3 },
    { name: "a forward to a port that is not there is nothing", lines: [...forward(9), ...forward(3)], want: only3 },
    {
      name: "clones go to any number of ports",
      lines: [...cloneForward(2), ...cloneForward(3)],
      want: { sent: [0, 1, 1], drops: { OVS_FLOW_MISS: 1 } },
    },
    {
      name: "clones go beside the packet",
      lines: [...forward(3), ...cloneForward(2), ...cloneForward(2)],
      want: { sent: [0, 2, 1], drops: {} },
    },
    {
      name: "clones may go back to where the packet came from",
      lines: [...cloneForward(1)],
      want: { sent: [1, 0, 0] },
    },
    {
      name: "a clone has what was stored before, and the packet what is stored after forward too",
      lines: [...cloneForward(2), ...forward(3), ...storeHalf(UDP_PORT, NINE)],
      want: { ports: [[7], [9]] },
    },
    {
      name: "what is sent last goes first",
      lines: [...cloneForward(3), ...storeHalf(UDP_PORT, NINE), ...cloneForward(3)],
      want: { ports: [[], [9, 7]] },
    },
    {
      name: "forward_self has it run again, until 1,025 sends have been asked for",
      lines: forwardSelf(2),
      want: { ...DROPPED, outcomes: { miss: { runs: 1026, forwarded: 1025, dropped: 1 } } },
    },
    { name: "forward_self before forward wins", lines: [...forwardSelf(2), ...forward(3)], want: { sent: [0, 0, 0] } },
    { name: "push sends a copy up as an action", lines: [...pushPacket, ...forward(3)], want: only3 },
    { name: "loads inside: bytes", lines: [...loadByte(5), ...expects("0x77")], want: only3 },
    {
      name: "loads inside: halves, in the machine's order",
      lines: [...loadHalf(UDP_PORT), ...expects("0x0700")],
      want: only3,
    },
    { name: "loads inside: words", lines: [...loadWord(26), ...expects("0x0100000a")], want: only3 },
    {
      name: "loads inside: double words",
      lines: [...loadDword(0), "r0 <<= 16", "r0 >>= 56", ...expects("0x77")],
      want: only3,
    },
    { name: "loads at the end", lines: [...loadByte(LENGTH - 1), "r0 = 0", ...forward(2)], want: only2 },
    {
      name: "loads one byte outside give 0, and the program goes on",
      lines: [...loadByte(LENGTH), ...expects("0")],
      want: only3,
    },
    { name: "loads half outside give 0", lines: [...loadHalf(LENGTH - 1), ...expects("0")], want: only3 },
    { name: "loads at negative offsets give 0", lines: [...loadWord(-4), ...expects("0")], want: only3 },
    { name: "double loads outside give 0", lines: [...loadDword(LENGTH - 7), ...expects("0")], want: only3 },
    {
      name: "stores half outside are nothing",
      lines: [...storeHalf(LENGTH - 1, 0x5555), ...loadByte(LENGTH - 1), ...expects("0x55")],
      want: DROPPED,
    },
    {
      name: "stores inside are seen by loads",
      lines: [...storeHalf(LENGTH - 2, 0x1234), ...loadHalf(LENGTH - 2), ...expects("0x1234")],
      want: only3,
    },
  ])("$name", async ({ lines, want }) => {
    expect(await fateOf({ miss: bound(...lines, "r0 = 0") }, BOUND)).toMatchObject(want);
  });

  it("sends at most 1,025 times", async () => {
    const miss = bound("r7 = 1500", ...cloneForward(3), "r7 += -1", "if r7 != 0 goto pc-5", "r0 = 0");
    expect(await fateOf({ miss }, BOUND)).toMatchObject({ sent: [0, 0, 1025] });
  });

  it("is not run for other ports, which go up as ever", async () => {
    const flows =
      'contract: plumgrid2013, interfaces: { p1: {}, p2: { flow-miss: miss }, p3: {} }, flows: ["actions=output:2"]';
    expect(await fateOf({ miss: bound("r0 = 0") }, flows)).toMatchObject({ ...only2, upcalls: 1 });
  });
});
