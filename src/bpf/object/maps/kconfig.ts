import { CREATE_FLAG, MAP_TYPE } from "../../maps/map-type.ts";
import type { Btf } from "../btf/btf-type.ts";
import type { ParsedBtf } from "../btf/parse-btf.ts";
import { alignmentOf, sizeOf, skipModifiers } from "../btf/resolve.ts";
import { BINDING, type ElfFile } from "../elf/elf-file.ts";
import type { ObjectMap, ObjectOptions, ObjectVariable } from "../object-file.ts";
import type { Problems } from "../problems.ts";
import type { Externs, KernelName } from "./externs.ts";

const SECTION = ".kconfig";
/** LINUX_KERNEL_VERSION of Linux 6.18.0. */
const KERNEL_VERSION = (6 << 16) | (18 << 8);

interface Variable extends ObjectVariable {
  readonly alignment: number;
  readonly weak: boolean;
}

/** Reads the names that BTF lists in `.kconfig` and `.ksyms`. */
export function readExterns(
  { symbols }: ElfFile,
  btf: ParsedBtf | undefined,
  kconfigMap: number,
  options: ObjectOptions,
  problems: Problems,
): { readonly externs: Externs; readonly map: ObjectMap | undefined } {
  const weak = new Set(
    symbols.filter(({ section, binding }) => section === 0 && binding === BINDING.weak).map(({ name }) => name),
  );
  const kernel = new Map<string, KernelName>();
  for (const { type } of entriesOf(btf, ".ksyms")) {
    const it = btf!.type(type);
    if (it.kind === "function" || it.kind === "variable")
      kernel.set(it.name, {
        kind: it.kind,
        number: kernel.size,
        exists:
          options.kernelFunctions?.has(it.name) === true || options.kernelTypes?.find(it.kind, it.name) !== undefined,
      });
  }
  const variables = layOut(btf, weak, problems);
  const externs: Externs = {
    kconfig: new Map(variables.map(({ name, offset }) => [name, { offset }])),
    kconfigMap: variables.length === 0 ? undefined : kconfigMap,
    kernel,
  };
  const map = variables.length === 0 ? undefined : kconfigMapOf(variables, btf!, options, problems);
  return { externs, map };
}

function nameOf(btf: Btf, id: number): string {
  const type = btf.type(id);
  return type.kind === "variable" ? type.name : "";
}

function entriesOf(btf: Btf | undefined, section: string) {
  const id = btf?.find("section", section);
  const type = id === undefined ? undefined : btf!.type(id);
  return type?.kind === "section" ? type.variables : [];
}

/** Gives every variable its place: largest alignment first, of those the smallest first, then by name (cmp_externs of libbpf). */
function layOut(btf: Btf | undefined, weak: ReadonlySet<string>, problems: Problems): Variable[] {
  const variables: Variable[] = [];
  for (const { type } of entriesOf(btf, SECTION)) {
    const it = btf!.type(type);
    if (it.kind !== "variable") continue;
    const size = sizeOf(btf!, it.type);
    const alignment = alignmentOf(btf!, it.type);
    if (size === undefined || alignment === undefined || size === 0 || size > 4096)
      problems.add(SECTION, 0, `The configuration variable '${it.name}' is of a type that none can have.`);
    else variables.push({ name: it.name, offset: 0, size, typeId: it.type, alignment, weak: weak.has(it.name) });
  }
  variables.sort((a, b) => b.alignment - a.alignment || a.size - b.size || (a.name < b.name ? -1 : 1));
  let end = 0;
  return variables.map((variable) => {
    const offset = Math.ceil(end / variable.alignment) * variable.alignment;
    end = offset + variable.size;
    return { ...variable, offset };
  });
}

function kconfigMapOf(
  variables: readonly Variable[],
  btf: ParsedBtf,
  options: ObjectOptions,
  problems: Problems,
): ObjectMap {
  const { offset, size } = variables.at(-1)!;
  const contents = new Uint8Array(offset + size);
  for (const variable of variables) fill(contents, variable, btf, options, problems);
  const valueTypeId = btf.find("section", SECTION)!;
  const type = btf.type(valueTypeId);
  const typeOf = new Map(entriesOf(btf, SECTION).map((entry) => [nameOf(btf, entry.type), entry.type]));
  if (type.kind === "section")
    btf.amend(valueTypeId, {
      ...type,
      size: contents.length,
      variables: variables.map((it) => ({ type: typeOf.get(it.name)!, offset: it.offset, size: it.size })),
    });
  return {
    name: SECTION,
    origin: "data",
    type: MAP_TYPE.array,
    keySize: 4,
    valueSize: contents.length,
    maxEntries: 1,
    flags: CREATE_FLAG.RDONLY_PROG | CREATE_FLAG.MMAPABLE,
    valueTypeId,
    contents,
    variables: variables.map(({ name, offset: at, size: bytes, typeId }) => ({
      name,
      offset: at,
      size: bytes,
      typeId,
    })),
    frozen: true,
    slots: [],
    pinning: "none",
  };
}

/** What only the loader knows, beside CONFIG_. A tracing program's cookie and wrapped system calls are what x86-64 has. */
function configured(name: string, { kconfig = {}, kernelVersion = KERNEL_VERSION }: ObjectOptions): string | undefined {
  if (name === "LINUX_KERNEL_VERSION") return String(kernelVersion);
  if (name === "LINUX_HAS_BPF_COOKIE" || name === "LINUX_HAS_SYSCALL_WRAPPER") return "1";
  return Object.hasOwn(kconfig, name) ? kconfig[name] : undefined;
}

function fill(
  contents: Uint8Array,
  { name, offset, size, typeId, weak }: Variable,
  btf: Btf,
  options: ObjectOptions,
  problems: Problems,
): void {
  const text = configured(name, options);
  if (text === undefined) {
    if (!weak)
      problems.add(
        SECTION,
        offset,
        `The program needs the kernel's configuration: '${name}' has no value.`,
        "Give it a value, or declare it __weak.",
      );
    return;
  }
  const bytes = encode(text, typeId, size, btf);
  if (bytes === undefined)
    problems.add(SECTION, offset, `The value of '${name}' is ${text}, which its type cannot hold.`);
  else contents.set(bytes, offset);
}

/** y, n and m, whole numbers, and strings in quotes (set_kcfg_value_* of libbpf). */
function encode(text: string, typeId: number, size: number, btf: Btf): Uint8Array | undefined {
  const id = skipModifiers(btf, typeId);
  const type = id === undefined ? undefined : btf.type(id);
  const bytes = new Uint8Array(size);
  if (type?.kind === "array") {
    const [, string] = /^"(.*)"$/s.exec(text) ?? [];
    if (string === undefined) return undefined;
    bytes.set(new TextEncoder().encode(string).subarray(0, size - 1));
    return bytes;
  }
  if (/^[ynm]$/.test(text)) {
    const isTristate = type?.kind === "enum" && type.name === "libbpf_tristate";
    const isCharacter = type?.kind === "int" && size === 1;
    if (isTristate) bytes[0] = { n: 0, y: 1, m: 2 }[text as "n" | "y" | "m"];
    else if (isCharacter && type.meaning === "boolean" && text !== "m") bytes[0] = text === "y" ? 1 : 0;
    else if (isCharacter && type.meaning !== "boolean") bytes[0] = text.charCodeAt(0);
    else return undefined;
    return bytes;
  }
  if (type?.kind !== "int" || !/^-?(\d+|0x[\da-f]+)$/i.test(text)) return undefined;
  const value = text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text);
  const bits = BigInt(size * 8);
  const [least, most] = type.signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  if (value < least || value > most) return undefined;
  for (let i = 0; i < size; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn);
  return bytes;
}
