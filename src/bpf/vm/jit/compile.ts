import type { Environment } from "../environment.ts";
import type { HostFunction } from "../host-function.ts";
import type { LinkedProgram } from "../link.ts";
import { writeAccessCheck } from "./access-check.ts";
import { compileFunction, functionParameters, studyFunction, writeFunction } from "./compile-function.ts";
import { type EntryPlan, writeRun, writeRunBatch } from "./entry-points.ts";
import type { ModuleLinks, Service } from "./module-links.ts";
import { type ModulePlan, type PlannedFunction, planModule } from "./module-plan.ts";
import { writePacketAddress } from "./packet-address.ts";
import { CodeWriter } from "./wasm/code-writer.ts";
import type { ValueType } from "./wasm/instructions.ts";
import { ModuleBuilder } from "./wasm/module-builder.ts";

/** A program as a module, not yet given to WebAssembly. */
export interface CompiledProgram {
  readonly bytes: Uint8Array;
  /** The instance's imports, by their names. */
  readonly imports: ModuleImports;
  /** The same by parts, for a listing. */
  readonly module: ModuleBuilder;
}

/** What an instance of the module needs. */
export interface ModuleImports {
  /** Host functions `host0`, `host1`, ...: for each the number of an instruction that calls it. */
  readonly hostCalls: readonly number[];
  /** Entries of functions that are pointed at: exported as `at<entry>`, their numbers imported as `pointer<entry>`. */
  readonly callbacks: readonly number[];
}

export const HOST_PREFIX = "host";
export const POINTER_PREFIX = "pointer";
export const CALLBACK_PREFIX = "at";
/** A main function that throws, and what the host lends to enter it. */
export const BODY = "body";
export const CATCHING = "catching";

export interface CompileOptions {
  /** Tests every access of an unverified program. */
  readonly checked: boolean;
  /** Gives each function a stack of zeroes when it is entered. */
  readonly clearStacks: boolean;
  /** Remembers for a listing where each instruction begins. */
  readonly marks?: boolean;
}

/** Signatures of what the engine itself lends to modules; see Service. */
const SERVICES: Readonly<
  Record<Exclude<Service, "access" | "packetAddress"> | "guard", readonly [ValueType[], ValueType[]]>
> = {
  fault: [["i32", "i32"], []],
  guard: [["i64", "i32", "i32", "i32", "i32"], []],
  isCompiled: [["i64", "i32"], ["i32"]],
  callHost: [["i32", "i64", "i64", "i64", "i64", "i64"], ["i64"]],
  tailCallCheck: [["i32", "i32"], []],
};

/**
 * Main functions up to this size are part of the functions that enter them, which saves a call, some 1.5 ns: half of a filter's
 * time. One that makes tail calls has to be a function by itself.
 */
const MAX_INLINED_BYTES = 600;

/** Translates a program. Throws RangeError where a function is larger than WebAssembly takes. */
export function compileProgram(
  program: LinkedProgram,
  environment: Environment,
  options: CompileOptions,
): CompiledProgram {
  const plan = planModule(program, environment.exceptionCallback);
  const builder = new ModuleBuilder();
  const callbacks = [...plan.others.values()].filter(({ role }) => role === "callback").map(({ entry }) => entry);
  const imported = importFunctions(builder, plan, options.checked, program.throws);
  const pointers = new Map(callbacks.map((entry) => [entry, builder.importGlobal(`${POINTER_PREFIX}${entry}`)]));

  const declare = (planned: PlannedFunction, name: string, exported: boolean) =>
    builder.declare(
      name,
      functionParameters(planned).map(({ type }) => type),
      ["i64"],
      { exported },
    );
  const main = declare(plan.main, "main", true);
  // Whoever enters a program that throws comes by the host, which catches; what that calls is the code itself.
  const body = program.throws ? declare(plan.main, BODY, true) : main;
  const indices = new Map<number, number>();
  for (const planned of plan.others.values())
    indices.set(planned.entry, declare(planned, `${CALLBACK_PREFIX}${planned.entry}`, planned.role === "callback"));
  const services = new Map<Service, number>(imported.services);
  if (options.checked) {
    const access = builder.declare("access", ["i64", "i32", "i32", "i32", "i32"], ["i32"]);
    builder.define(access, writeAccessCheck(environment, imported.guard));
    services.set("access", access);
  }
  if (plan.loadsPackets) {
    const address = builder.declare("packetAddress", ["i32", "i32", "i32"], ["i32"]);
    builder.define(address, writePacketAddress(environment.context.packet!));
    services.set("packetAddress", address);
  }

  const tableType = (parameters: readonly ValueType[]) => {
    builder.usesTable = true;
    return builder.type(parameters, ["i64"]);
  };
  const links: ModuleLinks = {
    program,
    environment,
    checked: options.checked,
    clearStacks: options.clearStacks,
    marks: options.marks ?? false,
    host: (host) => imported.hosts.get(host)!,
    local: (entry) => ({ index: indices.get(entry)!, parameters: plan.others.get(entry)!.parameters }),
    pointerTo: (entry) => pointers.get(entry)!,
    mainType: () => tableType(["i64", "i32"]),
    callbackType: () => tableType(["i64", "i64", "i64", "i64", "i64", "i32"]),
    service: (name) => services.get(name)!,
  };
  const studiedMain = studyFunction(plan.main, plan.calls, links);
  const mainCode = compileFunction(studiedMain, links);
  builder.define(body, mainCode);
  if (body !== main) builder.define(main, writeCatching(imported.catching));
  for (const planned of plan.others.values())
    builder.define(indices.get(planned.entry)!, compileFunction(studyFunction(planned, plan.calls, links), links));

  const inlined =
    mainCode.length <= MAX_INLINED_BYTES && !options.checked && !plan.makesTailCalls && !program.throws && !links.marks;
  const entry: EntryPlan = {
    environment,
    main,
    checked: options.checked,
    makesTailCalls: plan.makesTailCalls,
    ...(inlined ? { inline: (place) => writeFunction(studiedMain, links, place) } : {}),
  };
  const exported = { exported: true };
  builder.define(builder.declare("run", ["i32"], ["i32"], exported), writeRun(entry, false));
  builder.define(builder.declare("runWide", ["i32"], ["i64"], exported), writeRun(entry, true));
  builder.define(builder.declare("runBatch", ["i32", "i32", "i32"], [], exported), writeRunBatch(entry));
  return { bytes: builder.build(), imports: { hostCalls: [...plan.hosts.values()], callbacks }, module: builder };
}

/** (R1, base of the stack) -> R0: has the host call the program. */
function writeCatching(catching: number): CodeWriter {
  const code = new CodeWriter([
    { name: "r1", type: "i64" },
    { name: "base", type: "i32" },
  ]);
  code.get(0);
  code.get(1);
  code.call(catching);
  return code;
}

function importFunctions(builder: ModuleBuilder, plan: ModulePlan, checked: boolean, throws: boolean) {
  const services = new Map<Service, number>();
  const importService = (name: keyof typeof SERVICES) => builder.importFunction(name, ...SERVICES[name]);
  if (checked || [...plan.hosts.keys()].some(({ reenters }) => reenters === true))
    services.set("fault", importService("fault"));
  if (checked && plan.callsRegisters)
    for (const name of ["isCompiled", "callHost"] as const) services.set(name, importService(name));
  if (checked && plan.makesTailCalls) services.set("tailCallCheck", importService("tailCallCheck"));
  const guard = checked ? importService("guard") : -1;
  const hosts = new Map<HostFunction, number>();
  for (const [i, host] of [...plan.hosts.keys()].entries()) {
    const results: ValueType[] = host.result === "none" ? [] : host.result === "i64" ? ["i64"] : ["i32"];
    hosts.set(host, builder.importFunction(`${HOST_PREFIX}${i}`, host.parameters, results));
  }
  const catching = throws ? builder.importFunction(CATCHING, ["i64", "i32"], ["i64"]) : -1;
  return { services, guard, hosts, catching };
}
