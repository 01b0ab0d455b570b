import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { NOT_SIMULATED } from "../../../src/bpf/helpers/not-simulated.ts";
import { TAIL_CALL } from "../../../src/bpf/helpers/tail-call.ts";
import { HELPER_NAMES } from "../../../src/bpf/isa/helper-names.ts";
import { builtInHooks } from "../../../src/hooks/built-in.ts";
import { Contexts } from "../../../src/hooks/contexts.ts";
import { loneServices } from "../lone-services.ts";

const contexts = new Contexts(loneServices());

/** The types of extended programs that have an attachment point, and which helpers Linux offers them there that netsim does not. */
const missing = new Map<string, number[]>();
for (const hook of builtInHooks)
  for (const type of hook.programTypes) {
    const context = contexts.of(hook, type);
    if (context.kind === "classic") continue;
    const { programType, helpers } = context;
    const absent = [...programType.helpers.keys()].filter((it) => it !== TAIL_CALL && !helpers.has(it));
    missing.set(`${type} at ${hook.name}`, absent);
  }

describe("helpers that are not simulated", () => {
  it.each([...missing])("have a reason: %s", (_, absent) => {
    expect(absent.filter((it) => !NOT_SIMULATED.has(it)).map((it) => HELPER_NAMES[it])).toEqual([]);
  });

  it("are missing somewhere", () => {
    const somewhere = new Set([...missing.values()].flat());
    expect([...NOT_SIMULATED.keys()].filter((it) => !somewhere.has(it)).map((it) => HELPER_NAMES[it])).toEqual([]);
  });

  it("are named in the documentation with their reasons, and no others", () => {
    const text = readFileSync(new URL("../../../docs/maps.md", import.meta.url), "utf8");
    const rows = [...text.matchAll(/^\| ((?:`bpf_\w+`(?:, )?)+) \| (.+) \|$/gm)].flatMap(([, names, reason]) =>
      names!.split(", ").map((name) => `${name.replaceAll("`", "")}: ${reason}`),
    );
    const table = [...NOT_SIMULATED].map(([number, reason]) => `${HELPER_NAMES[number]}: ${reason}`);
    expect(rows.sort()).toEqual(table.sort());
  });
});
