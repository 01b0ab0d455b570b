import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { describe, expect, it } from "vitest";
import type { Btf, BtfComposite, BtfType } from "../../src/bpf/object/btf/btf-type.ts";
import { readKernelTypes } from "../../src/bpf/object/btf/read-kernel-types.ts";
import { skipModifiers } from "../../src/bpf/object/btf/resolve.ts";
import { KERNEL_STRUCTS } from "../../src/bpf/object/simulated/kernel-structs.ts";
import { simulatedTypes } from "../../src/bpf/object/simulated/simulated-types.ts";
import { TRACEPOINT_RECORDS } from "../../src/bpf/object/simulated/tracepoint-records.ts";

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
const enumerations = ["bpf_func_id", "bpf_map_type", "bpf_attach_type", "xdp_action", "skb_drop_reason"];

/** Structs that are declared to the last member. */
const isWhole = (name: string): boolean =>
  !KERNEL_STRUCTS.includes(`struct ${name} `) && !TRACEPOINT_RECORDS.includes(`struct ${name} `);

/** Types of a kind that have names. */
function typesOf<K extends "function" | "typedef">(kind: K) {
  const all = Array.from({ length: simulated.count }, (_, id) => simulated.type(id));
  return all.filter((type): type is Extract<BtfType, { kind: K }> => type.kind === kind);
}

/** `int ip_rcv(struct sk_buff *skb, ...)` without the name, const and volatile. */
function prototypeText(btf: Btf, id: number): string {
  const prototype = btf.type(id);
  if (prototype.kind !== "prototype") return prototype.kind;
  const { returns, parameters } = prototype;
  return `${typeText(btf, returns)} (${parameters.map(({ name, type }) => `${typeText(btf, type)} ${name}`).join(", ")})`;
}

function typeText(btf: Btf, id: number): string {
  const actual = skipModifiers(btf, id) ?? 0;
  const type = btf.type(actual);
  if (type.kind === "pointer") return `${typeText(btf, type.type)} *`;
  // Compilers have names of their own for these: `long unsigned int`.
  if (type.kind === "int") return `${type.signed ? "signed" : "unsigned"} ${type.size}`;
  return `${type.kind} ${btf.name(actual)}`;
}

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
    // Of the kernel's own structs only what the simulation fills is there.
    if (isWhole(name)) expect(places(simulated, type)).toEqual(places(kernel, theirs));
    else expect(places(kernel, theirs)).toMatchObject(places(simulated, type));
  });

  const functions = typesOf("function").filter(({ name }) => kernel.find("function", name) !== undefined);
  it("has most of the simulated functions", () => {
    expect(functions.length).toBeGreaterThan(30);
  });

  it.each(functions.map((type) => [type.name, type] as const))("%s() is the running kernel's", (name, { type }) => {
    const theirs = kernel.type(kernel.find("function", name)!);
    expect(theirs.kind === "function" && prototypeText(kernel, theirs.type)).toBe(prototypeText(simulated, type));
  });

  // Kernels without Open vSwitch have none of its own.
  const tracepoints = typesOf("typedef").filter(
    ({ name }) =>
      name.startsWith("btf_trace_") && (!name.includes("_ovs_") || kernel.find("typedef", name) !== undefined),
  );
  it.each(tracepoints.map((type) => [type.name, type] as const))("%s is the running kernel's", (name, { type }) => {
    const theirs = kernel.type(kernel.find("typedef", name)!);
    const pointee = (btf: Btf, id: number) => (btf.type(id) as { type: number }).type;
    expect(theirs.kind === "typedef" && prototypeText(kernel, pointee(kernel, theirs.type))).toBe(
      prototypeText(simulated, pointee(simulated, type)),
    );
  });

  it.each(enumerations)("enum %s is part of the running kernel's", (name) => {
    const valuesOf = (btf: Btf) => {
      const type = btf.type(btf.find("enum", name)!);
      return type.kind === "enum" ? Object.fromEntries(type.values.map((it) => [it.name, it.value])) : {};
    };
    expect(valuesOf(kernel)).toMatchObject(valuesOf(simulated));
  });
});
