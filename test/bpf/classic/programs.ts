import fc from "fast-check";
import { ANCILLARY_BASE, ANCILLARY_LOADS } from "../../../src/bpf/classic/ancillary.ts";
import type { ClassicInstruction } from "../../../src/bpf/classic/instruction.ts";
import { parseClassicProgram } from "../../../src/bpf/classic/parser.ts";
import { PACKET_RULES } from "../../../src/bpf/classic/rules.ts";
import { uninitialisedLoads } from "../../../src/bpf/classic/scratch-flow.ts";

/** The instructions of a program's text, in any form. */
export function assemble(text: string): ClassicInstruction[] {
  return parseClassicProgram(text).instructions;
}

export const OPCODES = [...PACKET_RULES.opcodes.keys()];
const RETURNS = [0x06, 0x16];
const JUMPS = OPCODES.filter((code) => (code & 7) === 5);
const USES_K = new Set([0x00, 0x01, 0x06, 0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0xb1]);

/** Constants at which something changes, and any others. */
export const constant = fc.oneof(
  fc.integer({ min: 0, max: 64 }),
  fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff, 0x10000),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);

/** Offsets of absolute loads: in a small packet or near its end, from the headers, ancillary ones, nonsense. */
function absoluteOffset(ancillary: readonly number[]): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 0, max: 30 }) },
    { weight: 1, arbitrary: fc.integer({ min: 30, max: 70 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 70 }).map((k) => (k - 0x10_0000) >>> 0) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 70 }).map((k) => (k - 0x20_0000) >>> 0) },
    { weight: 3, arbitrary: fc.constantFrom(...ancillary).map((offset) => ANCILLARY_BASE + offset) },
  );
}

interface Gene {
  code: number;
  constant: number;
  absolute: number;
  indexed: number;
  jt: number;
  jf: number;
}

/**
 * Programs that the kernel takes, with 0 in every field that an instruction does not use.
 * @param ancillary offsets of the ancillary loads that may occur.
 */
export function validProgram({
  maxLength = 40,
  ancillary = ANCILLARY_LOADS.map(({ offset }) => offset),
} = {}): fc.Arbitrary<ClassicInstruction[]> {
  const gene: fc.Arbitrary<Gene> = fc.record({
    code: fc.constantFrom(...OPCODES.filter((code) => !RETURNS.includes(code)), ...JUMPS, 0x06, 0x28, 0x30, 0x50),
    constant,
    absolute: absoluteOffset(ancillary),
    indexed: fc.oneof(fc.integer({ min: -30, max: 30 }), fc.integer()).map((k) => k >>> 0),
    jt: fc.integer({ min: 0, max: 8 }),
    jf: fc.integer({ min: 0, max: 8 }),
  });
  return fc
    .tuple(fc.array(gene, { maxLength: maxLength - 1 }), fc.boolean(), constant)
    .map(([genes, returnsA, k]) =>
      initialised([...genes.map(express), { code: returnsA ? 0x16 : 0x06, jt: 0, jf: 0, k: returnsA ? 0 : k }]),
    );
}

function express(gene: Gene, index: number, genes: readonly Gene[]): ClassicInstruction {
  const { code } = gene;
  const left = genes.length - index - 1;
  if (code === 0x05) return { code, jt: 0, jf: 0, k: Math.min(gene.jt, left) };
  if ((code & 7) === 5)
    return {
      code,
      jt: Math.min(gene.jt, left),
      jf: Math.min(gene.jf, left),
      k: (code & 8) === 0 ? gene.constant : 0,
    };
  return { code, jt: 0, jf: 0, k: operand(gene) };
}

function operand({ code, constant, absolute, indexed }: Gene): number {
  if (code === 0x20 || code === 0x28 || code === 0x30) return absolute;
  if (code === 0xb1) return absolute;
  if (code === 0x40 || code === 0x48 || code === 0x50) return indexed;
  if (code === 0x60 || code === 0x61 || code === 0x02 || code === 0x03) return constant & 15;
  if (code === 0x64 || code === 0x74) return constant & 31;
  if (code === 0x34 || code === 0x94) return constant || 7;
  const isArithmetic = (code & 7) === 4 && (code & 8) === 0 && code !== 0x84;
  return isArithmetic || USES_K.has(code) ? constant : 0;
}

/** Replaces the loads of scratch slots that nothing was stored in. */
function initialised(program: ClassicInstruction[]): ClassicInstruction[] {
  for (const i of uninitialisedLoads(program)) program[i] = { ...program[i]!, code: program[i]!.code & 7 };
  return program;
}

/** Instruction lists of which some are programs: valid ones with changes, and pure noise. */
export function anyProgram(): fc.Arbitrary<ClassicInstruction[]> {
  const code = fc.oneof(
    fc.constantFrom(...OPCODES),
    fc.integer({ min: 0, max: 0xff }),
    fc.integer({ min: 0, max: 0xffff }),
  );
  const ancillary = fc.integer({ min: -8, max: 80 }).map((k) => (ANCILLARY_BASE + k) >>> 0);
  const instruction = fc.record({
    code,
    jt: fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 255 })),
    jf: fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 255 })),
    k: fc.oneof(constant, ancillary, fc.integer({ min: 0, max: 33 })),
  });
  const change = fc.record(
    { at: fc.nat(), code, k: instruction.map(({ k }) => k), jt: instruction.map(({ jt }) => jt) },
    { requiredKeys: ["at"] },
  );
  const changed = fc
    .tuple(validProgram(), fc.array(change, { maxLength: 3 }), fc.boolean())
    .map(([program, changes, cut]) => {
      const copy = cut ? program.slice(0, -1) : [...program];
      for (const { at, ...fields } of changes) {
        const i = at % Math.max(copy.length, 1);
        if (copy[i] !== undefined) copy[i] = { ...copy[i], ...fields };
      }
      return copy;
    });
  const scratchy = fc
    .array(
      fc.oneof(
        fc.record({
          code: fc.constantFrom(0x02, 0x03, 0x60, 0x61),
          jt: fc.constant(0),
          jf: fc.constant(0),
          k: fc.nat(2),
        }),
        fc.record({ code: fc.constantFrom(0x15, 0x2d), jt: fc.nat(3), jf: fc.nat(3), k: fc.nat(2) }),
        fc.record({ code: fc.constantFrom(0x05), jt: fc.constant(0), jf: fc.constant(0), k: fc.nat(2) }),
        fc.record({ code: fc.constantFrom(0x06), jt: fc.constant(0), jf: fc.constant(0), k: fc.nat(2) }),
      ),
      { maxLength: 12 },
    )
    .map((program) => [...program, ...Array.from({ length: 4 }, () => ({ code: 0x06, jt: 0, jf: 0, k: 1 }))]);
  return fc.oneof(changed, scratchy, fc.array(instruction, { maxLength: 6 }));
}
