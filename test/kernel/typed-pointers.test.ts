import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { simulatedTypes } from "../../src/bpf/object/simulated/simulated-types.ts";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { recordedFrom, recordedOf } from "../bpf/verifier/recorded.ts";
import { ACCEPTED, REFUSED, type TypedProgram } from "../run/typed-programs.ts";
import { kernel, kernelTypes, missing } from "./object-tools.ts";

const TRACING = 26;
const ATTACH_TYPES = { "tp-btf": 23, fentry: 24, fexit: 25 } as const;

describe.skipIf(missing !== undefined)(`pointers that types lead along${missing ? ` (${missing})` : ""}`, () => {
  const types = missing === undefined ? kernelTypes() : undefined;
  /** What the kernel says of a program. */
  const load = (text: string, { hook, target }: Pick<TypedProgram, "hook" | "target">) => {
    if ("missing" in kernel) throw new Error(kernel.missing);
    const { bytes } = assembleExtended(text, { complete: true });
    const id = hook === "tp-btf" ? types!.find("typedef", `btf_trace_${target}`) : types!.find("function", target);
    const { descriptor, log } = kernel.programs.load(bytes, {
      type: TRACING,
      expectedAttachType: ATTACH_TYPES[hook],
      attachBtfId: id ?? 0,
    });
    if (descriptor >= 0) kernel.programs.close(descriptor);
    return { bytes, errno: Math.max(-descriptor, 0), log };
  };
  // Some kernels take no program at a function, whatever it does.
  const hasTrampolines =
    types !== undefined && load("r0 = 0\nexit", { hook: "fentry", target: "tcp_set_state" }).errno === 0;

  describe.each(["tp-btf", "fentry", "fexit"] as const)("%s", (hook) => {
    const programs = [...ACCEPTED, ...REFUSED].filter((it) => it.hook === hook);
    it.skipIf(hook !== "tp-btf" && !hasTrampolines).each(programs)("$target: $name", (program) => {
      const text = ["r9 = r1", ...program.load, "r0 = 0", "exit"].join("\n");
      const { bytes, errno, log } = load(text, program);
      const have = verify(bytes, {
        type: "tracing",
        expectedAttachType: ATTACH_TYPES[hook],
        attachTarget: program.target,
        kernelTypes: simulatedTypes(),
      });
      expect(recordedOf(have)).toEqual(recordedFrom(errno, log));
    });
  });
});
