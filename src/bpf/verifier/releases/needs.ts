import { TAIL_CALL } from "../../helpers/tail-call.ts";
import type { DecodedProgram } from "../../isa/decode.ts";
import { HELPER_NAMES } from "../../isa/helper-names.ts";
import type { Instruction } from "../../isa/instruction.ts";
import { findProgramType } from "../../program-type.ts";
import type { VerifierMap } from "../map.ts";
import { fieldSince } from "./context-releases.ts";
import { helperSince } from "./helper-releases.ts";
import { insteadOfHelper } from "./helper-substitutes.ts";
import { featuresOfInstruction } from "./instruction-releases.ts";
import { findLoop } from "./loops.ts";
import { featuresOfMap } from "./map-releases.ts";
import { attachTypeSince, programTypeSince } from "./program-releases.ts";
import type { Since } from "./release.ts";
import { OLD_PROGRAM_LIMIT, OLD_WALK_LIMIT, RULES } from "./rule-releases.ts";
import type { WalkFindings } from "./walk-findings.ts";

/** Something that a program needs of Linux. */
export interface Need {
  readonly kind: "instruction" | "helper" | "map" | "program-type" | "attach-type" | "context" | "rule";
  /** `helper bpf_loop`, `32-bit jumps (-mcpu=v3)` */
  readonly what: string;
  readonly since: Since;
  /** Slot of the first instruction that needs it; -1 where it is the program as a whole. */
  readonly instruction: number;
  /** How many instructions need it; 0 where it is the program as a whole. */
  readonly count: number;
  /** What to do on a release that has it not; a sentence. */
  readonly instead?: string;
}

/** What is known of a program beside its instructions. */
export interface ProgramFacts {
  /** As bpftool names it. */
  readonly type: string;
  /** `enum bpf_attach_type` */
  readonly attachType: number;
  /** The maps that it names, by the descriptors or indexes that its references have. */
  readonly maps: ReadonlyMap<number, VerifierMap>;
  /** Slots where global functions begin. */
  readonly globalFunctions?: readonly number[];
  /** References by index are a loader's business: it puts descriptors in. */
  readonly linkedByLoader?: boolean;
}

/** Everything that a program needs that came to Linux with some release, the newest first. */
export function needsOf(program: DecodedProgram, facts: ProgramFacts, found: WalkFindings, walked: number): Need[] {
  const needs = new Map<string, Need>();
  const add = (kind: Need["kind"], what: string, since: Since | undefined, at: number, instead?: string): void => {
    if (since === undefined) return;
    const known = needs.get(what);
    needs.set(
      what,
      known === undefined
        ? { kind, what, since, instruction: at, count: at < 0 ? 0 : 1, ...(instead === undefined ? {} : { instead }) }
        : { ...known, count: known.count + 1 },
    );
  };
  add("program-type", `program type ${facts.type}`, programTypeSince(facts.type), -1);
  const [attachName, attachSince] = attachTypeSince(facts.attachType) ?? [];
  add("attach-type", `attach type ${attachName}`, attachSince, -1);

  for (const it of program.instructions) {
    if (it === null) continue;
    for (const { what, since, instead } of featuresOfInstruction(it, facts.linkedByLoader === true))
      add("instruction", what, since, it.index, instead);
    if (it.kind === "call-helper" && found.reached(it.index))
      add(
        "helper",
        `helper ${HELPER_NAMES[it.helper] ?? it.helper}`,
        helperSince(it.helper, facts.type),
        it.index,
        insteadOfHelper(it.helper),
      );
    const map = it.kind === "reference" && it.to.startsWith("map") ? facts.maps.get(it.imm) : undefined;
    if (map !== undefined)
      for (const { what, since, instead } of featuresOfMap(map.type, map.flags ?? 0))
        add("map", what, since, it.index, instead);
  }
  const context = findProgramType(facts.type)?.context.name ?? "";
  for (const { name, access, instruction } of found.fields) {
    const verb = access === "read" ? "field" : "writing field";
    add("context", `${verb} ${context}.${name}`, fieldSince(context, name, access, facts.type), instruction);
  }
  const rule = (of: keyof typeof RULES, at: number | undefined): void => {
    if (at !== undefined) add("rule", RULES[of].what, RULES[of].since, at, RULES[of].instead);
  };
  for (const [of, at] of brokenRules(program, facts, found, walked)) rule(of, at);
  return [...needs.values()];
}

type Broken = readonly [rule: keyof typeof RULES, instruction: number | undefined];

/** Rules of older verifiers that the program breaks, and where. */
function brokenRules(
  program: DecodedProgram,
  facts: ProgramFacts,
  found: WalkFindings,
  walked: number,
): readonly Broken[] {
  const { instructions } = program;
  const first = (has: (it: Instruction) => boolean): number | undefined =>
    instructions.find((it): it is Instruction => it !== null && has(it))?.index;
  const hasFunctions = first(({ kind }) => kind === "call-local") !== undefined;
  const tailCall = first((it) => it.kind === "call-helper" && it.helper === TAIL_CALL);
  const packetLoad = first(({ kind }) => kind === "packet-load");
  return [
    ["longProgram", instructions.length > OLD_PROGRAM_LIMIT ? -1 : undefined],
    ["longWalk", walked > OLD_WALK_LIMIT ? -1 : undefined],
    ["loop", findLoop(program)],
    ["globalFunction", facts.globalFunctions?.find((start) => start > 0)],
    ["tailCallAmongFunctions", hasFunctions ? tailCall : undefined],
    ["packetLoadAmongFunctions", hasFunctions ? packetLoad : undefined],
    ["variableStackAccess", found.variableStackAccess],
    ["uncheckedLookup", found.uncheckedLookup],
    ["unsetStackRead", found.unsetStackRead],
    ["congestionResult", found.congestionResult],
  ];
}
