import { mayAccess } from "../access.ts";
import type { Environment, Executable } from "../environment.ts";
import type { BpfFunction } from "../function-table.ts";
import { HostPointer } from "../host-pointer.ts";
import { FRAME_BYTES } from "../limits.ts";
import { type LinkedProgram, linkProgram } from "../link.ts";
import type { Machine } from "../machine.ts";
import { ProgramException } from "../program-exception.ts";
import { addressFault, ProgramFault } from "../program-fault.ts";
import { BODY, CALLBACK_PREFIX, CATCHING, compileProgram, HOST_PREFIX, POINTER_PREFIX } from "./compile.ts";
import { numberedFault } from "./faults.ts";
import { type CachedModule, ModuleCache, moduleKey } from "./module-cache.ts";
import { IMPORTS } from "./wasm/module-builder.ts";

/** Name of this engine among those that programs run on. */
export const JIT = "jit";

/** Compiled code of a main function and of one that is pointed at. */
type CompiledMain = (r1: bigint, base: number) => bigint;
type CompiledCallback = (r1: bigint, r2: bigint, r3: bigint, r4: bigint, r5: bigint, base: number) => bigint;

export interface LoadOptions {
  /**
   * For programs that no verifier has accepted: every access is tested, loops and calls are bounded, and what is not
   * permitted throws ProgramFault. Stacks are cleared.
   */
  readonly checked?: boolean;
  /**
   * Functions begin with a stack of zeroes, not with what was left there. Programs that were verified for a privileged user may
   * read what they have not written; this makes them do so alike on all engines.
   */
  readonly clearStacks?: boolean;
}

/** Compiles programs to WebAssembly. One object serves any number of machines; equal programs are compiled once. */
export class Jit {
  private readonly cache = new ModuleCache();

  /**
   * Loads a program: 8-byte little-endian instructions. It is trusted unless the options say `checked`: one that breaks the
   * rules reads and writes wherever it likes in the machine's memory, but not outside. Throws UnloadableProgram, and RangeError where a function would be larger than WebAssembly takes (7.6 MB: from about
   * 500,000 instructions).
   */
  load(
    bytes: Uint8Array,
    environment: Environment,
    { checked = false, clearStacks = checked }: LoadOptions = {},
  ): Executable {
    const program = linkProgram(bytes, environment);
    const key = moduleKey(program, environment, { checked, clearStacks });
    let cached = this.cache.get(key);
    if (cached === undefined) {
      const compiled = compileProgram(program, environment, { checked, clearStacks });
      cached = {
        module: new WebAssembly.Module(compiled.bytes),
        imports: compiled.imports,
        bytes: compiled.bytes.length,
      };
      this.cache.add(key, cached);
    }
    return instantiate(cached, program, environment);
  }
}

function instantiate(
  { module, imports: { hostCalls, callbacks } }: CachedModule,
  program: LinkedProgram,
  environment: Environment,
): Executable {
  const { machine } = environment;
  const imports: Record<string, unknown> = {
    ...services(environment),
    memory: machine.memory.memory,
    table: machine.functions.compiled,
  };
  for (const [i, instruction] of hostCalls.entries())
    imports[`${HOST_PREFIX}${i}`] = program.hosts.get(instruction)!.call;

  const slots: number[] = [];
  const take = (entry: BpfFunction): number => {
    const slot = machine.functions.add(entry);
    slots.push(slot);
    return slot;
  };
  // Their numbers are needed before there is code to put there.
  const pending = callbacks.map((entry) => {
    const callback: CallbackFunction = new CallbackFunction(machine);
    const slot = take(callback);
    imports[`${POINTER_PREFIX}${entry}`] = slot;
    return { entry, slot, callback };
  });
  let entered: CompiledMain | undefined;
  let exceptionCallback: CompiledCallback | undefined;
  if (program.throws)
    imports[CATCHING] = (r1: bigint, base: number) =>
      catching(
        machine,
        () => entered!(r1, base),
        (cookie) => exceptionCallback?.(cookie, 0n, 0n, 0n, 0n, base) ?? cookie,
      );
  const { exports } = new WebAssembly.Instance(module, { [IMPORTS]: imports });
  for (const { entry, slot, callback } of pending) {
    const compiled = exports[`${CALLBACK_PREFIX}${entry}`]!;
    callback.compiled = compiled as CompiledCallback;
    machine.functions.setCompiled(slot, compiled);
  }
  entered = exports[BODY] as CompiledMain | undefined;
  exceptionCallback = exports[`${CALLBACK_PREFIX}${environment.exceptionCallback}`] as CompiledCallback | undefined;
  const main = exports.main as CompiledMain;
  const slot = take({ engine: JIT, call: (r1) => main(r1, machine.stack.top - FRAME_BYTES) });
  machine.functions.setCompiled(slot, exports.main!);
  const runWide = exports.runWide as (context: number) => bigint;
  return {
    slot,
    run: exports.run as Executable["run"],
    runWide: (context) => BigInt.asUintN(64, runWide(context)),
    runBatch: exports.runBatch as Executable["runBatch"],
    release: () => {
      for (const slot of slots.splice(0)) machine.functions.remove(slot);
    },
  };
}

/** Runs a main function, and what goes on for it where it throws an exception. */
function catching({ stack }: Machine, run: () => bigint, goOn: (cookie: bigint) => bigint): bigint {
  const { top } = stack;
  try {
    return run();
  } catch (reason) {
    if (!(reason instanceof ProgramException)) throw reason;
    stack.top = top;
    return goOn(BigInt.asIntN(64, reason.cookie));
  }
}

class CallbackFunction implements BpfFunction {
  readonly engine = JIT;
  compiled: CompiledCallback | undefined;
  private readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  call(r1: bigint, r2: bigint, r3: bigint, r4: bigint, r5: bigint): bigint {
    return this.compiled!(r1, r2, r3, r4, r5, this.machine.stack.top - FRAME_BYTES);
  }
}

/** What the engine itself lends to compiled code. A fault ends all that is running. */
function services(environment: Environment) {
  const { machine } = environment;
  const raise = (fault: ProgramFault): never => {
    machine.stack.reset();
    throw fault;
  };
  return {
    fault: (number: number, instruction: number) => raise(numberedFault(number, instruction)),
    guard: (address: bigint, bytes: number, write: number, instruction: number, base: number) => {
      const unsigned = BigInt.asUintN(64, address);
      const context = machine.memory.uint32(machine.contextCell);
      if (!mayAccess(environment, context, base >>> 0, unsigned, bytes, write !== 0))
        raise(addressFault(instruction, unsigned, bytes, write !== 0));
    },
    isCompiled: (pointer: bigint, instruction: number) => {
      const at = BigInt.asUintN(64, pointer);
      const called = at < 0x1_0000_0000n ? machine.functions.at(Number(at)) : undefined;
      if (called instanceof CallbackFunction) return 1;
      if (called instanceof HostPointer) return 0;
      return raise(
        new ProgramFault(
          "function",
          instruction,
          `Instruction ${instruction} calls 0x${at.toString(16)}, which is no function of a program that this engine runs.`,
        ),
      );
    },
    callHost: (pointer: number, ...registers: [bigint, bigint, bigint, bigint, bigint]) =>
      BigInt.asIntN(64, machine.functions.at(pointer >>> 0)!.call(...registers)),
    tailCallCheck: (slot: number, instruction: number) => {
      if (machine.functions.at(slot)?.engine !== JIT)
        raise(
          new ProgramFault(
            "function",
            instruction,
            `Instruction ${instruction} goes to function ${slot}, which is not one that this engine runs.`,
          ),
        );
    },
  };
}
