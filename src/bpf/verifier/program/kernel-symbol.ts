import type { Btf } from "../../object/btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../../object/btf/resolve.ts";
import { Refusal } from "../refusal.ts";
import type { ProgramModel } from "./program-model.ts";

/** A variable of the kernel that a program names. */
export interface KernelVariable {
  readonly name: string;
  /** Without a type only its address is wanted, which the loader writes into the program. */
  readonly hasType: boolean;
}

/** What a 64-bit immediate that names something of the kernel stands for (check_pseudo_btf_id). */
export type KernelSymbol =
  | { readonly kind: "address"; readonly address: bigint }
  | { readonly kind: "memory"; readonly size: number }
  | { readonly kind: "struct" | "percpu"; readonly typeId: number };

interface KernelNames {
  readonly kernelFunctions?: ReadonlyMap<number, string>;
  readonly kernelVariables?: ReadonlyMap<number, KernelVariable>;
  readonly kernelTypes?: Btf;
  readonly dataSymbols?: boolean;
}

/** Section of the variables that every processor has one of. */
const PER_CPU = ".data..percpu";

/** What the immediates that name functions and variables of the kernel stand for, by their slots. Throws a Refusal. */
export function resolveKernelSymbols(model: ProgramModel, names: KernelNames): ReadonlyMap<number, KernelSymbol> {
  const found = new Map<number, KernelSymbol>();
  const addresses = new Map<string, bigint>();
  for (const { name } of names.kernelVariables?.values() ?? [])
    if (!addresses.has(name)) addresses.set(name, FIRST_ADDRESS + BigInt(addresses.size) * APART);
  for (const [i, it] of model.instructions.entries())
    if (it?.kind === "reference" && it.to === "btf-id") found.set(i, resolve(i, names, addresses));
  return found;
}

/** Which addresses they are only the log tells; that they are different ones comparisons do, too. */
const FIRST_ADDRESS = 0xffff_ffff_8100_0000n;
const APART = 64n;

function resolve(
  index: number,
  { kernelFunctions, kernelVariables, kernelTypes, dataSymbols }: KernelNames,
  addresses: ReadonlyMap<string, bigint>,
): KernelSymbol {
  if (kernelFunctions?.has(index) === true) return { kind: "memory", size: 0 };
  const refuse = (reason: string): never => {
    throw new Refusal("unsupported", index, [`${reason} not supported by netsim yet`]);
  };
  const variable = kernelVariables?.get(index);
  if (variable === undefined) return refuse("names of the kernel by their BTF ids are");
  if (!variable.hasType) return { kind: "address", address: addresses.get(variable.name)! };
  if (kernelTypes === undefined) return refuse(`variable ${variable.name} of the kernel without its types is`);
  const id = kernelTypes.find("variable", variable.name);
  if (id === undefined) return refuse(`variable ${variable.name}, which the kernel's types do not have, is`);
  if (dataSymbols === false)
    throw new Refusal("memory-access", index, [
      `ldimm64 failed to find the address for kernel symbol '${variable.name}'.`,
    ]);
  const described = kernelTypes.type(id);
  const typeId = described.kind === "variable" ? described.type : 0;
  if (isPerCpu(kernelTypes, id)) return { kind: "percpu", typeId };
  const actual = skipModifiers(kernelTypes, typeId) ?? 0;
  const { kind } = kernelTypes.type(actual);
  if (kind === "struct" || kind === "union") return { kind: "struct", typeId };
  const size = sizeOf(kernelTypes, actual);
  if (size === undefined)
    throw new Refusal("memory-access", index, [
      `ldimm64 unable to resolve the size of type '${kernelTypes.name(actual)}': -22`,
    ]);
  return { kind: "memory", size };
}

function isPerCpu(btf: Btf, variable: number): boolean {
  const id = btf.find("section", PER_CPU);
  const section = id === undefined ? undefined : btf.type(id);
  return section?.kind === "section" && section.variables.some(({ type }) => type === variable);
}
