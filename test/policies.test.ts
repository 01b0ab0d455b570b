import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createMaps } from "../src/bpf/object/load/create-maps.ts";
import { withDescriptors } from "../src/bpf/object/load/name-maps.ts";
import { verifierOptions } from "../src/bpf/object/load/verifier-options.ts";
import type { ObjectFile } from "../src/bpf/object/object-file.ts";
import { readObject } from "../src/bpf/object/read-object.ts";
import { simulatedTypes } from "../src/bpf/object/simulated/simulated-types.ts";
import { TEST_CONTEXTS } from "../src/bpf/test-run/context.ts";
import { ExtendedTestProgram, testMaps } from "../src/bpf/test-run/test-program.ts";
import { verify } from "../src/bpf/verifier/verify.ts";
import { BPF_ENGINES, type BpfEngine } from "../src/bpf/vm/engine.ts";
import { compileSource } from "../src/c-compiler/compile.ts";
import { findCompilerNamed } from "../src/c-compiler/compilers.ts";
import { openCapture } from "../src/packet/capture/open-capture.ts";

const POLICIES = new URL("../policies/", import.meta.url).pathname;
const CAPTURE = new URL("../topologies/captures/mixed.pcap", import.meta.url).pathname;
const SOURCES = readdirSync(POLICIES).filter((name) => name.endsWith(".c"));

const missing = !existsSync("/usr/include/bpf/bpf_helpers.h")
  ? "there are no headers of libbpf"
  : ["clang-19", "clang"].some((name) => findCompilerNamed(name, process.env.PATH ?? "") !== undefined)
    ? undefined
    : "there is no clang";

/** Sections of a time when libbpf was not there. */
const OLD_SECTIONS = { sections: { "events/syscalls/sys_enter_write": "tracepoint" } };
const built = (name: string): ObjectFile =>
  readObject(readFileSync(`${POLICIES}${name.replace(/c$/, "o")}`), OLD_SECTIONS);
/** Those whose programs are for packets; what tracing programs do, their topologies show. */
const OF_PACKETS = SOURCES.filter((name) =>
  built(name).programs.every(({ type }) => Object.hasOwn(TEST_CONTEXTS, type!)),
);

/** What the programs of an object return for each packet of a capture, and what their maps hold then. */
function behaviour(object: ObjectFile, engine: BpfEngine) {
  return object.programs.map(({ name, type, instructions }) => {
    const syscall = testMaps();
    const descriptors = createMaps(object, syscall, { possibleCpus: 1 });
    const surroundings = { nanoseconds: () => 0n, random: () => 0 };
    const bytes = withDescriptors(instructions, descriptors);
    const program = new ExtendedTestProgram(bytes, TEST_CONTEXTS[type!]!, engine, surroundings, syscall);
    const results: number[] = [];
    const reader = openCapture(CAPTURE);
    while (reader.next()) {
      const packet = reader.bytes.slice(reader.at, reader.at + reader.length);
      program.give({ bytes: packet, protocol: (packet[12]! << 8) | packet[13]!, networkOffset: 14 });
      results.push(program.run());
    }
    reader.close();
    const maps = object.maps.map((map, index) => {
      const values: string[] = [];
      const descriptor = descriptors[index]!;
      for (
        let key = syscall.nextKey(descriptor, undefined);
        typeof key !== "number";
        key = syscall.nextKey(descriptor, key)
      ) {
        const value = syscall.lookup(descriptor, key);
        if (typeof value !== "number" && value.some((byte) => byte !== 0))
          values.push(`${Buffer.from(key).toString("hex")}: ${Buffer.from(value).toString("hex")}`);
      }
      return { name: map.name, values };
    });
    return { name, results, maps };
  });
}

const kernelTypes = simulatedTypes();

describe("the objects of policies/", () => {
  it("are beside every C source", () => {
    expect(SOURCES.length).toBeGreaterThan(0);
    for (const name of SOURCES) expect(existsSync(`${POLICIES}${name.replace(/c$/, "o")}`), name).toBe(true);
  });

  it.each(SOURCES)("%s passes the verifier", (name) => {
    const object = built(name);
    for (const program of object.programs) {
      const options = {
        ...verifierOptions(object, program, 1),
        type: program.type!,
        logLevel: 1 as const,
        kernelTypes,
      };
      const { accepted, log } = verify(program.instructions, options);
      expect(accepted, log).toBe(true);
    }
  });

  it.each(OF_PACKETS)("%s does the same on every engine", (name) => {
    const [first, ...others] = BPF_ENGINES.map((engine) => behaviour(built(name), engine));
    for (const other of others) expect(other).toEqual(first);
  });

  it("count what they say they count", () => {
    const [count] = behaviour(built("count.c"), BPF_ENGINES[0]!);
    expect(count!.results.every((result) => result === 0)).toBe(true);
    // ICMP, TCP and UDP, in bytes.
    expect(count!.maps[0]!.values.map((entry) => entry.split(": ")[0])).toEqual(["01000000", "06000000", "11000000"]);
    const [classify] = behaviour(built("classify.c"), BPF_ENGINES[0]!);
    const packets = classify!.maps.find(({ name }) => name === ".bss")!.values[0]!.split(": ")[1]!;
    const counters = new BigUint64Array(Uint8Array.from(Buffer.from(packets, "hex")).buffer);
    expect([...counters].reduce((sum, it) => sum + it, 0n)).toBe(BigInt(classify!.results.length));
  });

  it.skipIf(missing !== undefined).each(SOURCES)(
    `%s compiled now does the same${missing ? ` (${missing})` : ""}`,
    (name) => {
      const compiler = findCompilerNamed("clang-19", process.env.PATH ?? "") === undefined ? "clang" : "clang-19";
      const now = readObject(compileSource(`${POLICIES}${name}`, { compiler }).object, OLD_SECTIONS);
      const code = (object: ObjectFile) => object.programs.map(({ instructions }) => instructions);
      if (!OF_PACKETS.includes(name)) expect(code(now)).toEqual(code(built(name)));
      else expect(behaviour(now, BPF_ENGINES[0]!)).toEqual(behaviour(built(name), BPF_ENGINES[0]!));
    },
  );
});
