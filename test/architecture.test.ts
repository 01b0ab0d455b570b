import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = new URL("../src", import.meta.url).pathname;

/** Each source file with the files and packages that it imports, types included. */
function imports(): Map<string, { files: string[]; packages: string[] }> {
  const found = new Map<string, { files: string[]; packages: string[] }>();
  for (const entry of readdirSync(SRC, { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".ts")) continue;
    const text = readFileSync(join(SRC, entry), "utf8");
    const specifiers = [...text.matchAll(/^(?:import|export)\b[^;]*?from "([^"]+)"|\bimport\("([^"]+)"\)/gm)];
    const all = specifiers.map(([, a, b]) => a ?? b!);
    const files = all.filter((name) => name.startsWith(".")).map((name) => normalize(join(dirname(entry), name)));
    found.set(entry, { files, packages: all.filter((name) => !name.startsWith(".")) });
  }
  return found;
}

const ALL = imports();
const room = (file: string) => (file.includes("/") ? file.slice(0, file.indexOf("/")) : "");

/** Which rooms each room may look into, itself apart; the files above the rooms compose them and may see all. */
const MAY_SEE: Readonly<Record<string, readonly string[]>> = {
  bpf: [],
  simulation: [],
  "c-compiler": ["errors.ts"],
  packet: ["bpf/nearest-name.ts", "errors.ts", "json-schema.ts"],
  meaning: ["bpf", "packet"],
  events: ["bpf/nearest-name.ts", "bpf/object/simulated/prototypes.ts"],
  tracing: ["bpf", "events"],
  hooks: ["bpf", "events", "packet", "simulation", "json-schema.ts"],
  topology: ["bpf", "errors.ts", "hooks", "json-schema.ts", "packet"],
  seccomp: ["bpf", "errors.ts", "hooks", "topology"],
  programs: [
    "c-compiler",
    "bpf",
    "errors.ts",
    "hooks",
    "json-schema.ts",
    "packet",
    "registry.ts",
    "seccomp",
    "topology",
  ],
  network: [
    "events",
    "registry.ts",
    "packet",
    "programs",
    "hooks",
    "simulation",
    "topology",
    "errors.ts",
    "json-schema.ts",
  ],
  traffic: ["errors.ts", "network", "packet", "simulation", "topology"],
  run: [
    "bpf",
    "errors.ts",
    "events",
    "hooks",
    "network",
    "packet",
    "programs",
    "registry.ts",
    "seccomp",
    "simulation",
    "topology",
    "tracing",
    "traffic",
  ],
  kernel: [
    "bpf",
    "errors.ts",
    "hooks",
    "network",
    "packet",
    "programs",
    "run",
    "seccomp",
    "simulation",
    "topology",
    "traffic",
  ],
  compare: ["bpf", "errors.ts", "hooks", "kernel", "packet", "programs", "registry.ts", "run", "testing", "topology"],
  testing: [
    "bpf",
    "errors.ts",
    "hooks",
    "json-schema.ts",
    "network",
    "packet",
    "programs",
    "registry.ts",
    "seccomp",
    "simulation",
    "topology",
  ],
  schemas: ["errors.ts", "json-schema.ts", "packet", "testing", "topology"],
  explanations: ["errors.ts"],
  lint: ["bpf", "errors.ts", "hooks", "network", "programs", "registry.ts", "seccomp", "topology"],
  way: ["bpf", "errors.ts", "hooks", "programs", "registry.ts", "run"],
  report: ["compare", "errors.ts", "hooks", "kernel", "run", "testing", "way"],
  plugins: ["errors.ts", "hooks", "network", "programs", "report"],
  cli: [
    "bpf",
    "compare",
    "container.ts",
    "c-compiler",
    "errors.ts",
    "events",
    "explanations",
    "hooks",
    "kernel",
    "lint",
    "meaning",
    "network/ovs/inspect.ts",
    "open-topology.ts",
    "packet",
    "report",
    "run",
    "run-tests.ts",
    "schemas",
    "seccomp",
    "simulation",
    "testing",
    "tokens.ts",
    "topology",
    "tracing",
    "way",
    "../package.json",
  ],
};

describe("architecture", () => {
  it("has no file that imports itself by a way around", () => {
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (file: string, way: string[]) => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        cycles.push([...way.slice(way.indexOf(file)), file].join(" -> "));
        return;
      }
      state.set(file, "open");
      for (const next of valueImports(file)) visit(next, [...way, file]);
      state.set(file, "done");
    };
    for (const file of ALL.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it("walks between rooms only in the directions that are meant", () => {
    const wrong: string[] = [];
    for (const [file, { files }] of ALL) {
      const allowed = MAY_SEE[room(file)];
      if (allowed === undefined) continue;
      for (const target of files) {
        const seen = room(target) || target;
        if (seen !== room(file) && !allowed.includes(seen) && !allowed.includes(target))
          wrong.push(`${file} -> ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("has a rule for every room", () => {
    const rooms = new Set([...ALL.keys()].map(room).filter((name) => name !== ""));
    expect([...rooms].sort()).toEqual(Object.keys(MAY_SEE).sort());
  });

  it("keeps the container out of everything but the composition root", () => {
    const users = [...ALL].filter(([, { packages }]) => packages.includes("inversify")).map(([file]) => file);
    expect(users.sort()).toEqual(["container.ts", "open-topology.ts", "tokens.ts"]);
  });

  it("takes time and chance only from what is injected, and writes only to what is injected", () => {
    const users = [...ALL.keys()].filter((file) => {
      const text = readFileSync(join(SRC, file), "utf8");
      return /\bDate\.now\(|\bMath\.random\(|\bconsole\.|\bnew Date\(\)/.test(text);
    });
    expect(users).toEqual([]);
  });
});

/** Files whose code, not only whose types, a file needs. */
function valueImports(file: string): string[] {
  const text = readFileSync(join(SRC, file), "utf8");
  const values = [...text.matchAll(/^(?:import|export) (?!type\b)[^;]*?from "(\.[^"]+)"/gm)].map(([, name]) => name!);
  return values.map((name) => normalize(join(dirname(file), name))).filter((name) => ALL.has(relative(".", name)));
}
