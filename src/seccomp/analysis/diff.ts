import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { ACTION, actionOf } from "../../hooks/seccomp/action.ts";
import { isLittleEndian } from "../../hooks/seccomp/seccomp-data.ts";
import { ARCHITECTURES, type Architecture, architectureNamed, X32_BIT } from "../architecture/architecture.ts";
import { syscallsOf } from "../architecture/syscalls.ts";
import { describeArguments, describeWord, witnessArguments } from "./describe-data.ts";
import { type DataSet, leaves } from "./symbolic.ts";
import { WordSet } from "./word-set.ts";

const NR = 0;
const ARCH = 1;

/** A class of calls of which two filters say different things. */
export interface Difference {
  /** Name; undefined where the architecture is one that netsim does not know. */
  readonly architecture: string | undefined;
  /** Name of the call; undefined for numbers without a call. */
  readonly call: string | undefined;
  /** What arguments of the class have in common, as one reads it; empty where they may be anything. */
  readonly when: string;
  /** The filters' return values. */
  readonly first: number;
  readonly second: number;
  /** A call of the class. */
  readonly witness: { readonly nr: number; readonly arch: number; readonly args: readonly bigint[] };
}

/**
 * Every class of calls that two filters answer differently, decided for all 2^512 inputs by following both. Throws Undecidable for
 * filters that do more than load, mask and compare.
 */
export function* differences(
  first: readonly ClassicInstruction[],
  second: readonly ClassicInstruction[],
): Iterable<Difference> {
  for (const left of leaves(first))
    for (const right of leaves(second, left.data))
      if (!isSameAnswer(left.returnValue, right.returnValue))
        for (const part of calls(right.data)) yield { ...part, first: left.returnValue, second: right.returnValue };
}

/** True for answers upon which the kernel does the same: what goes with ALLOW, LOG and killing is not looked at. */
export function isSameAnswer(a: number, b: number): boolean {
  if (a === b) return true;
  const action = actionOf(a);
  const isDataless: boolean =
    action === ACTION.ALLOW || action === ACTION.LOG || action === ACTION.KILL_PROCESS || action === ACTION.KILL_THREAD;
  return isDataless && action === actionOf(b);
}

/** A set of data as single calls, and one for all numbers without a call. */
function* calls(data: DataSet): Iterable<Pick<Difference, "architecture" | "call" | "when" | "witness">> {
  const archs = data.get(ARCH) ?? WordSet.everything;
  const known = [...new Set(ARCHITECTURES.map(({ audit }) => audit))].filter((audit) => archs.has(audit));
  const single = archs.single;
  if (single === undefined || !known.includes(single)) {
    // All that no filter asks for by name goes one way: one call of it stands for all.
    const arch = single ?? otherArchitecture(archs);
    const whole = new Map(data).set(ARCH, WordSet.of(arch));
    const { when, witness } = shown(whole, arch);
    const numbers = describeWord(data.get(NR) ?? WordSet.everything, "nr");
    yield {
      architecture: single === undefined ? undefined : `0x${single.toString(16)}`,
      call: undefined,
      when: [...numbers, when].filter((part) => part !== "").join(", "),
      witness,
    };
    return;
  }
  const numbers = data.get(NR) ?? WordSet.everything;
  const named = new Set<number>();
  for (const architecture of ARCHITECTURES.filter(({ audit }) => audit === single))
    for (const { name, nr } of syscallsOf(architecture)) {
      if (named.has(nr) || !numbers.has(nr)) continue;
      named.add(nr);
      yield { architecture: architecture.name, call: name, ...shown(new Map(data).set(NR, WordSet.of(nr)), single) };
    }
  const nameless = firstOutside(numbers, named);
  if (nameless !== undefined)
    yield {
      architecture: architectureWithout(single, nameless).name,
      call: undefined,
      ...shown(new Map(data).set(NR, WordSet.of(nameless)), single),
    };
}

function shown(data: DataSet, arch: number): Pick<Difference, "when" | "witness"> {
  const littleEndian = isLittleEndian(arch);
  const nr = (data.get(NR) ?? WordSet.everything).witness() ?? 0;
  return {
    when: describeArguments(data, littleEndian),
    witness: { nr, arch, args: witnessArguments(data, littleEndian) },
  };
}

/** A value that is no architecture's, if there is one. */
function otherArchitecture(archs: WordSet): number {
  let left: WordSet | undefined = archs;
  for (const { audit } of ARCHITECTURES) left = left?.refine(0xffff_ffff, "eq", audit, false);
  return (left ?? archs).witness() ?? 0;
}

function architectureWithout(audit: number, nr: number): Architecture {
  if (audit === architectureNamed("x86_64").audit && (nr & X32_BIT) !== 0 && nr !== 0xffff_ffff)
    return architectureNamed("x32");
  return ARCHITECTURES.find((each) => each.audit === audit)!;
}

/** The smallest number of a set that has no name. */
function firstOutside(numbers: WordSet, named: ReadonlySet<number>): number | undefined {
  let left: WordSet | undefined = numbers;
  for (const nr of named) {
    left = left?.refine(0xffff_ffff, "eq", nr, false);
    if (left === undefined) return undefined;
  }
  return left?.witness();
}
