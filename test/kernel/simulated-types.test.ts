import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { describe, expect, it } from "vitest";
import type { Btf, BtfComposite } from "../../src/bpf/object/btf/btf-type.ts";
import { readKernelTypes } from "../../src/bpf/object/btf/read-kernel-types.ts";
import { skipModifiers } from "../../src/bpf/object/btf/resolve.ts";
import { simulatedTypes } from "../../src/bpf/object/simulated/simulated-types.ts";

const KERNEL_TYPES = "/sys/kernel/btf/vmlinux";
const missing = !existsSync(KERNEL_TYPES)
  ? `there is no ${KERNEL_TYPES}`
  : release().startsWith("6.18.")
    ? undefined
    : `the kernel is ${release()}, not 6.18`;

const simulated = simulatedTypes();
const composites = Array.from({ length: simulated.count }, (_, id) => simulated.type(id)).filter(
  (type): type is BtfComposite => type.kind === "struct" && type.name !== "",
);
const enumerations = ["bpf_func_id", "bpf_map_type", "bpf_attach_type", "xdp_action"];

/** Members by name with their places, those in structs without names among them. */
function places(btf: Btf, { members }: BtfComposite, base = 0): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, type, bitOffset, bitSize } of members) {
    const inner = btf.type(skipModifiers(btf, type)!);
    if (name !== "") found[name] = `${base + bitOffset}:${bitSize}`;
    else if (inner.kind === "struct" || inner.kind === "union")
      Object.assign(found, places(btf, inner, base + bitOffset));
  }
  return found;
}

describe.skipIf(missing !== undefined)(`the simulated kernel's types${missing ? ` (${missing})` : ""}`, () => {
  const kernel = missing === undefined ? readKernelTypes(readFileSync(KERNEL_TYPES)) : simulated;

  it.each(composites.map((type) => [type.name, type] as const))("struct %s is the running kernel's", (name, type) => {
    const id = kernel.find("struct", name);
    expect(id, "the kernel has it").toBeDefined();
    const theirs = kernel.type(id!) as BtfComposite;
    expect(type.size).toBe(theirs.size);
    expect(places(simulated, type)).toEqual(places(kernel, theirs));
  });

  it.each(enumerations)("enum %s is part of the running kernel's", (name) => {
    const valuesOf = (btf: Btf) => {
      const type = btf.type(btf.find("enum", name)!);
      return type.kind === "enum" ? Object.fromEntries(type.values.map((it) => [it.name, it.value])) : {};
    };
    expect(valuesOf(kernel)).toMatchObject(valuesOf(simulated));
  });
});
