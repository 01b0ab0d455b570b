import { createHash } from "node:crypto";
import type { Environment } from "../environment.ts";
import type { HostFunction } from "../host-function.ts";
import type { LinkedProgram } from "../link.ts";
import type { CompileOptions, ModuleImports } from "./compile.ts";

/** Compiled code that any number of loaded programs can share. */
export interface CachedModule {
  readonly module: WebAssembly.Module;
  readonly imports: ModuleImports;
  /** Bytes of WebAssembly. */
  readonly bytes: number;
}

const MOST_MODULES = 512;
const MOST_BYTES = 64 << 20;

/** Keeps what was compiled last, so that a program that is attached in many places is compiled once. */
export class ModuleCache {
  private readonly modules = new Map<string, CachedModule>();
  private bytes = 0;

  get(key: string): CachedModule | undefined {
    const found = this.modules.get(key);
    if (found === undefined) return undefined;
    // A map keeps the order of insertion: the first is the one longest unused.
    this.modules.delete(key);
    this.modules.set(key, found);
    return found;
  }

  add(key: string, module: CachedModule): void {
    this.modules.set(key, module);
    this.bytes += module.bytes;
    for (const [oldest, { bytes }] of this.modules) {
      if (this.modules.size <= MOST_MODULES && this.bytes <= MOST_BYTES) break;
      this.modules.delete(oldest);
      this.bytes -= bytes;
    }
  }
}

/** Equal for programs whose modules are equal: a digest of the instructions and of everything that is compiled in. */
export function moduleKey(
  program: LinkedProgram,
  { machine, context, exceptionCallback, probes }: Environment,
  options: CompileOptions,
): string {
  const ordinals = new Map<HostFunction, number>();
  const hosts = [...program.hosts].map(([index, host]) => {
    if (!ordinals.has(host)) ordinals.set(host, ordinals.size);
    return [
      index,
      ordinals.get(host),
      host.parameters,
      host.result,
      host.reenters === true,
      host.indexed !== undefined,
      host.unwinds === true,
    ];
  });
  const facts = {
    options,
    context,
    exceptionCallback: program.throws ? exceptionCallback : undefined,
    stack: [machine.stack.base, machine.stack.topCell],
    cells: [machine.tailCallCell, machine.contextCell, machine.stepCell],
    addresses: [...program.addresses].map(([index, address]) => [index, address.toString()]),
    indexed: [...program.indexed],
    probes: [...(probes ?? [])],
    hosts,
  };
  return createHash("sha256").update(JSON.stringify(facts)).update("\0").update(program.bytes).digest("base64");
}
