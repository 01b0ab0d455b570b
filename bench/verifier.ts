import { assembleExtended } from "../src/bpf/isa/assembler/assemble.ts";
import { verify } from "../src/bpf/verifier/verify.ts";
import { kernelJudge } from "../test/kernel/verifier-judge.ts";
import { type BenchResult, median } from "./bench.ts";

const SCHED_CLS = 3;
const ROUNDS = 9;
const LENGTHS = [10, 100, 1_000, 10_000];
/** Longer programs may not branch at every turn: the kernel lets 8192 paths wait. */
const LONGEST = 100_000;

const END = "r0 = 0\nexit";
const repeat = (times: number, part: (i: number) => string): string =>
  Array.from({ length: times }, (_, i) => part(i)).join("\n");

/** Programs that the kernel takes, each by about how many instructions it is long. */
const SHAPES: Readonly<Record<string, (length: number) => string>> = {
  /** Arithmetic and the stack, no branch. */
  straight: (length) =>
    `*(u64 *)(r10 - 8) = 1\n${repeat(length / 5, (i) => `r0 = ${i}\nr1 = *(u32 *)(r10 - 8)\nr1 &= 255\nr0 += r1\n*(u64 *)(r10 - 16) = r0`)}\n${END}`,
  /** Fields of the context compared with numbers, one after the other. */
  branching: (length) =>
    `r6 = r1\n${repeat(length / 4, (i) => `r0 = *(u32 *)(r6 + ${[0, 8, 16, 40][i % 4]})\nif r0 > ${i % 50} goto +2\nr7 = ${i}\nr7 += r0`)}\n${END}`,
  /** Parses packets: bounds, loads, byte swaps and comparisons. */
  parsing: (length) =>
    `r6 = *(u32 *)(r1 + 76)\nr7 = *(u32 *)(r1 + 80)\n${repeat(
      length / 7,
      (i) =>
        `r2 = r6\nr2 += ${14 + (i % 30)}\nif r2 > r7 goto +4\nr3 = *(u16 *)(r6 + 12)\nr3 = be16 r3\nif r3 != ${i} goto +1\nr4 = *(u8 *)(r6 + ${i % 14})`,
    )}\n${END}`,
};

/** Loops walked round by round: instructions walked, not the program's length, is what costs. */
const LOOP = (rounds: number): string => `r6 = 0\na:\nr0 = *(u32 *)(r1 + 0)\nr6 += 1\nif r6 < ${rounds} goto a\n${END}`;

/** Verification against the running kernel's loading of the same programs (which also compiles them), by turns. */
export function verifier(): BenchResult {
  if ("missing" in kernelJudge) throw new Error(`the verifier bench needs bpf(2): ${kernelJudge.missing}`);
  const kernel = kernelJudge;
  const figures: Record<string, number> = {};
  const ratios: Record<string, number> = {};
  const measure = (name: string, text: string): void => {
    const { bytes } = assembleExtended(text);
    const { accepted, statistics, error } = verify(bytes, { type: SCHED_CLS });
    if (!accepted) throw new Error(`${name} is refused: ${error!.message}`);
    const [ours, theirs]: [number[], number[]] = [[], []];
    const repeats = Math.max(1, Math.floor(20_000 / statistics.instructionsProcessed));
    for (let round = 0; round < ROUNDS; round++) {
      theirs.push(milliseconds(() => kernel.load(bytes, SCHED_CLS), repeats));
      ours.push(milliseconds(() => verify(bytes, { type: SCHED_CLS }), repeats));
    }
    figures[`${name}, netsim us per instruction`] = (median(ours) * 1e3) / statistics.instructionsProcessed;
    ratios[name] = median(ours.map((time, i) => time / theirs[i]!));
  };
  for (const [shape, program] of Object.entries(SHAPES))
    for (const length of LENGTHS) measure(`${shape} ${length}`, program(length));
  measure(`straight ${LONGEST}`, SHAPES.straight!(LONGEST));
  for (const rounds of [100, 10_000]) measure(`loop of ${rounds}`, LOOP(rounds));
  figures["peak MB"] = process.resourceUsage().maxRSS / 1e3;
  return { bench: "verifier", figures, ratios };
}

function milliseconds(action: () => void, repeats: number): number {
  const begun = process.hrtime.bigint();
  for (let i = 0; i < repeats; i++) action();
  return Number(process.hrtime.bigint() - begun) / 1e6 / repeats;
}
