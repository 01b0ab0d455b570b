import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { fail } from "../../errors.ts";
import { checkSeccompFilter } from "../../hooks/seccomp/rules.ts";
import { type Architecture, X32_BIT } from "../architecture/architecture.ts";
import type { Profile } from "../profile/profile.ts";
import { type Clause, clausesOf } from "./clauses.ts";
import { conditionTest } from "./condition-test.ts";
import { type Decision, Decisions } from "./decision.ts";
import { type Dispatch, dispatch, rangesOf } from "./dispatch.ts";
import { layOut } from "./layout.ts";

/** Words of struct seccomp_data. */
const NR = 0;
const ARCH = 1;
const ALL = 0xffff_ffff;

/**
 * Makes a profile a filter: the architecture is asked first, then the number, then arguments. Throws a NetsimError `program-rejected`
 * where the kernel would not take it, which is so only for filters of more than 4,096 instructions.
 * @param how how the number is looked for: see `dispatch`.
 */
export function compileProfile(profile: Profile, how: Dispatch = "linear"): ClassicInstruction[] {
  const program = layOut(decisionOf(profile, how, new Decisions()));
  const [problem] = checkSeccompFilter(program);
  if (problem !== undefined)
    fail("program-rejected", `The kernel would refuse the filter: ${problem.message}`, {
      place: { file: profile.file },
    });
  return program;
}

/** The whole decision that a profile is. */
export function decisionOf(profile: Profile, how: Dispatch, decisions: Decisions): Decision {
  const bad = decisions.verdict(profile.badArchitecture);
  const tokens = [...new Set(profile.architectures.map(({ audit }) => audit))];
  return tokens.reduceRight<Decision>((others, token) => {
    const architectures = profile.architectures.filter(({ audit }) => audit === token);
    return decisions.test(ARCH, ALL, "eq", token, numbersOf(profile, architectures, how, decisions), others);
  }, bad);
}

/** What becomes of each number, on the one or two architectures of an AUDIT_ARCH_ value. */
function numbersOf(
  profile: Profile,
  architectures: readonly Architecture[],
  how: Dispatch,
  decisions: Decisions,
): Decision {
  const singles = new Map<number, Decision>();
  const otherwise = decisions.verdict(profile.defaultAction);
  const bad = decisions.verdict(profile.badArchitecture);
  for (const architecture of architectures)
    for (const [nr, clauses] of clausesOf(profile, architecture))
      if (isOwn(nr, architecture)) singles.set(nr, clauseDecision(clauses, architecture, otherwise, decisions));
  const names = architectures.map(({ name }) => name);
  const hasX32 = names.includes("x32");
  if (!hasX32 && !names.includes("x86_64"))
    return dispatch(
      rangesOf(singles, () => otherwise, []),
      NR,
      how,
      decisions,
    );
  // x32 is told by bit 30 of the number. -1 is no x32 call, whatever its bits: it is what tracers put to skip a call.
  const others = (nr: number) => {
    if (nr === ALL) return otherwise;
    return (nr >= X32_BIT ? hasX32 : names.includes("x86_64")) ? otherwise : bad;
  };
  const ranges = rangesOf(singles, others, [X32_BIT, ALL]);
  if (architectures.length === 1) return dispatch(ranges, NR, how, decisions);
  // Each half on its own, so that no call is asked for the numbers of the other.
  const half = (isX32: boolean) => {
    const belongs = ([nr]: [number, Decision]) => nr >= X32_BIT === isX32;
    const own = rangesOf(new Map([...singles].filter(belongs)), isX32 ? others : () => otherwise, isX32 ? [ALL] : []);
    return dispatch(own, NR, how, decisions);
  };
  return decisions.test(NR, ALL, "ge", X32_BIT, half(true), half(false));
}

/** Bare numbers of a profile for x86_64 and x32 belong to the one whose numbers they are among. */
function isOwn(nr: number, { name }: Architecture): boolean {
  if (name === "x32") return nr >= X32_BIT;
  return name !== "x86_64" || nr < X32_BIT || nr === ALL;
}

function clauseDecision(
  clauses: readonly Clause[],
  architecture: Architecture,
  otherwise: Decision,
  decisions: Decisions,
): Decision {
  return clauses.reduceRight((rest, { action, conditions }) => {
    const holds = decisions.verdict(action);
    return conditions.reduceRight<Decision>(
      (met, condition) => conditionTest(condition, architecture, decisions, met, rest),
      holds,
    );
  }, otherwise);
}
