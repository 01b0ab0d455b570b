import { KernelFunctions } from "../../bpf/kernel-functions/kernel-functions.ts";
import { nameFunctions } from "../../bpf/kernel-functions/name-functions.ts";
import { fillProgramArrays } from "../../bpf/object/load/create-maps.ts";
import { withDescriptors } from "../../bpf/object/load/name-maps.ts";
import { findProgramType } from "../../bpf/program-type.ts";
import type { BpfSyscall } from "../../bpf/syscall.ts";
import { TEST_CONTEXTS, type TestContext, unverifiedContext } from "../../bpf/test-run/context.ts";
import {
  ClassicTestProgram,
  ExtendedTestProgram,
  type LoadedTestProgram,
  testMaps,
} from "../../bpf/test-run/test-program.ts";
import { fail } from "../../errors.ts";
import { lendPackets } from "../../hooks/test-run/lend-packets.ts";
import { payloadOffset } from "../../packet/dissect/payload-offset.ts";
import type { Terminal } from "../command.ts";
import { engineNamed, orRefusal, surroundings } from "./engine.ts";
import { GivenMaps } from "./given-maps.ts";
import type { MapOption } from "./map-option.ts";
import { createObjectMaps } from "./object-maps.ts";
import type { FileProgram } from "./program-file.ts";
import type { ShownMaps } from "./shown-maps.ts";
import { CLASSIC_TYPES, TEST_TYPES } from "./test-types.ts";

/** A program of an object. */
type FromObject = NonNullable<Extract<FileProgram, { language: "extended" }>["from"]>;

/** What a program is loaded with, by the options of the command line. */
export interface TestProgramOptions {
  /** What the object says where it is absent, or else socket_filter. */
  readonly type?: string;
  readonly engine: string;
  readonly map: readonly MapOption[];
  /** The context that is given: programs that see nothing else may touch that much. */
  readonly given?: Uint8Array | undefined;
}

/**
 * Loads a file's program as `netsim bpf run` does: classic ones converted, maps by the names in the text. Throws a
 * NetsimError.
 */
export function loadTestProgram(
  name: string,
  program: FileProgram,
  options: TestProgramOptions,
  terminal: Terminal,
): { readonly program: LoadedTestProgram; readonly maps: ShownMaps } {
  const { engine, map } = options;
  checkUse(program, map);
  const type = testType(program, options.type);
  const syscall = testMaps();
  if (program.language === "extended" && program.from !== undefined)
    return loadFromObject(name, program.from, type, options, syscall, terminal);
  const maps = new GivenMaps(map, syscall);
  if (program.language === "classic") {
    const { instructions } = program;
    const around = surroundings(terminal);
    return { program: new ClassicTestProgram(instructions, engineNamed(engine), around, payloadOffset), maps };
  }
  maps.link(name, program.bytes, program.references);
  nameFunctions(
    program.bytes,
    program.references
      .filter(({ kind }) => kind === "kernel-function")
      .map((it) => ({ name: it.name, instructions: [it.index] })),
    new KernelFunctions(syscall),
    undefined,
    findProgramType(type),
  );
  const context = contextOf(type, options.given);
  const load = () =>
    new ExtendedTestProgram(
      program.bytes,
      context,
      engineNamed(engine),
      surroundings(terminal),
      syscall,
      startsAtNetwork(type),
      lendPackets(type, syscall),
    );
  return { program: orRefusal(name, load), maps };
}

/** An object's program with its maps, and those of its other programs that its arrays of programs hold. */
function loadFromObject(
  name: string,
  { object, program }: FromObject,
  type: string,
  { engine, given }: TestProgramOptions,
  syscall: BpfSyscall,
  terminal: Terminal,
): { readonly program: LoadedTestProgram; readonly maps: ShownMaps } {
  const { descriptors, maps } = createObjectMaps(object, syscall, 1);
  const load = (): LoadedTestProgram => {
    const { instructions } = program;
    const bytes = withDescriptors(instructions, descriptors);
    nameFunctions(
      bytes,
      program.unresolved.filter(({ kind }) => kind === "function"),
      new KernelFunctions(syscall),
      undefined,
      findProgramType(type),
    );
    const loaded = new ExtendedTestProgram(
      bytes,
      contextOf(type, given),
      engineNamed(engine),
      surroundings(terminal),
      syscall,
      startsAtNetwork(type),
      lendPackets(type, syscall),
    );
    fillProgramArrays(object, descriptors, syscall, (called) => {
      const other = object.programs.find((it) => it.name === called);
      if (other === undefined) return undefined;
      const code = withDescriptors(other.instructions, descriptors);
      return syscall.openProgram(engineNamed(engine).load(code, loaded.environment).slot, { name: called });
    });
    return loaded;
  };
  return { program: orRefusal(name, load), maps };
}

const contextOf = (type: string, given: Uint8Array | undefined): TestContext =>
  unverifiedContext(type, given) ?? TEST_CONTEXTS[type]!;

/** Programs of that type see packets from the network header on. A socket filter is shown whole frames, as one of a packet socket is. */
export const startsAtNetwork = (type: string): boolean =>
  type !== "socket_filter" && TEST_CONTEXTS[type]!.dataStart === "network";

/** The type of the packets' context: as given, or as the object's section says. Throws a NetsimError. */
export function testType(program: FileProgram, given: string | undefined): string {
  const from = program.language === "extended" ? program.from?.program : undefined;
  const type = given ?? (from === undefined ? "socket_filter" : from.type);
  const types = TEST_TYPES.join(", ");
  if (type === undefined)
    fail("usage", `Section '${from!.section}' does not say of what type program '${from!.name}' is.`, {
      hint: `Say it with --type: ${types}.`,
    });
  if (!TEST_TYPES.includes(type))
    fail("unsupported", `Program '${from!.name}' is of type ${type}, which BPF_PROG_TEST_RUN does not run.`, {
      hint: `It runs ${types}.`,
    });
  if (program.language === "classic" && !CLASSIC_TYPES.includes(type))
    fail("usage", `A classic program cannot be of type ${type}.`);
  return type;
}

/** Refuses what no engine can do with a program. */
export function checkUse(program: FileProgram, maps: readonly MapOption[]): void {
  if (maps.length === 0) return;
  if (program.language === "classic") fail("usage", "A classic program has no maps.");
  if (program.from !== undefined) fail("usage", "An object has its own maps; --map is for programs in text.");
}
