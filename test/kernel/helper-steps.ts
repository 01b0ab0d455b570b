import { findProgramType } from "../../src/bpf/program-type.ts";

/** Folds a result into the program's accumulator. */
const FOLD = "r7 *= 31\nr7 ^= r0";

interface HelperSteps {
  readonly helper: number;
  readonly steps: readonly string[];
}

/** A call whose arguments behind the context are those numbers. */
const call = (helper: number, ...numbers: number[]): string =>
  `r1 = r6\n${numbers.map((it, i) => `r${i + 2} = ${it}\n`).join("")}call ${helper}\n${FOLD}`;

const calls = (helper: number, ...rows: number[][]): HelperSteps => ({
  helper,
  steps: rows.map((row) => call(helper, ...row)),
});

/** Reads of so many bytes to the stack, and what they found there. */
const load = (helper: number, rows: readonly (readonly [at: number, more?: number])[]): HelperSteps => ({
  helper,
  steps: rows.map(
    ([at, more]) =>
      `r1 = 0\n*(u64 *)(r10 - 8) = r1\nr1 = r6\nr2 = ${at}\nr3 = r10\nr3 += -8\nr4 = 8\n${more === undefined ? "" : `r5 = ${more}\n`}call ${helper}\n${FOLD}\nr1 = *(u64 *)(r10 - 8)\nr7 += r1`,
  ),
});

/** Writes of 4 bytes of the accumulator. */
const store = (helper: number, rows: readonly (readonly [at: number, flags?: number])[]): HelperSteps => ({
  helper,
  steps: rows.map(
    ([at, flags]) =>
      `*(u64 *)(r10 - 8) = r7\nr1 = r6\nr2 = ${at}\nr3 = r10\nr3 += -8\nr4 = 4\n${flags === undefined ? "" : `r5 = ${flags}\n`}call ${helper}\n${FOLD}`,
  ),
});

const SK_BUFF: readonly HelperSteps[] = [
  load(26, [[0], [12], [20], [50], [0xffff], [-14]]),
  load(68, [
    [0, 0],
    [8, 0],
    [0, 1],
    [12, 1],
    [40, 2],
  ]),
  store(9, [
    [0, 0],
    [14, 1],
    [26, 2],
    [50, 3],
    [3000, 0],
    [4, 8],
  ]),
  // To no device; where there are segments of no protocol that is told first.
  calls(13, [9999, 0], [9999, 2]),
  calls(10, [24, 1, 2, 2], [24, 0x01020304, 0x05060708, 4], [24, 0, 5, 0], [23, 1, 2, 2], [9000, 1, 2, 2]),
  calls(11, [50, 1, 2, 2], [40, 7, 9, 0x12], [40, 0, 0x1234, 0x20], [40, 5, 6, 0x24], [40, 5, 6, 3]),
  calls(18, [0x0081, 5], [0xa888, 0xfff], [0x0008, 7]),
  calls(19, []),
  calls(31, [0xdd86, 0], [0x0008, 0], [0x0608, 0], [0xdd86, 1]),
  calls(32, [0], [1], [3], [4]),
  calls(38, [100, 0], [60, 0], [14, 0], [10, 0], [400, 0], [64, 1]),
  calls(39, [0], [20], [40], [9000]),
  calls(40, [0], [7]),
  calls(41, []),
  calls(43, [14, 0], [4, 0], [300, 0], [14, 2]),
  calls(48, [0x1234], [0]),
  calls(
    50,
    [4, 0, 0],
    [4, 0, 1],
    [-4, 0, 1],
    [-4, 0, 0],
    [20, 1, 0],
    [-20, 1, 0],
    [8, 1, 2],
    [28, 1, 0x0a],
    [14, 1, 0x80],
  ),
  calls(97, []),
  calls(135, [0], [1], [2], [3]),
  calls(17),
  calls(24, []),
  calls(145, [0, 0], [0, 1]),
];

/** Helpers that change what is known of a packet's segments, and a look at it. */
const RESHAPES: readonly number[] = [31, 38, 43, 50];
const SEGMENTS = [164, 176].map((field) => `r1 = *(u32 *)(r6 + ${field})\nr7 *= 31\nr7 += r1`).join("\n");

const XDP: readonly HelperSteps[] = [
  calls(44, [-4], [4], [14], [-14], [-300], [9000], [-216]),
  calls(65, [4], [-4], [-20], [4000], [-9000], [200]),
  calls(54, [-4], [-32], [4], [-3], [-256], [0]),
  load(189, [[0], [12], [50], [3518], [0xffff]]),
  store(190, [[0], [12], [50], [3518], [0xffff]]),
  calls(188, []),
];

/** Steps of programs of a type that call helpers on packets; the context is in R6, and the accumulator in R7. */
export function helperSteps(type: string): string[] {
  const { helpers } = findProgramType(type)!;
  const all = type === "xdp" ? XDP : SK_BUFF;
  const isPacket = type === "xdp" || findProgramType(type)!.context.name === "__sk_buff";
  // Programs that dissect flows see a packet that no helper changes.
  if (!isPacket || type === "flow_dissector") return [];
  return all
    .filter(({ helper }) => helpers.has(helper))
    .flatMap(({ helper, steps }) => (RESHAPES.includes(helper) ? steps.map((step) => `${step}\n${SEGMENTS}`) : steps));
}
