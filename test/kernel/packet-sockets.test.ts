import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { simulatedTypes } from "../../src/bpf/object/simulated/simulated-types.ts";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { recordedFrom, recordedOf } from "../bpf/verifier/recorded.ts";
import { ACCEPTED, REFUSED } from "../run/packet-sockets.ts";
import { type Judge, kernelJudge } from "./verifier-judge.ts";

const missing = "missing" in kernelJudge ? kernelJudge.missing : undefined;
const judge = kernelJudge as Judge;
const SCHED_CLS = 3;

describe.skipIf(missing !== undefined)(
  `casts of sockets by programs on packets${missing ? ` (${missing})` : ""}`,
  () => {
    it.each([...ACCEPTED, ...REFUSED])("$name", ({ load }) => {
      const { bytes } = assembleExtended(["r9 = r1", ...load, "r0 = 0", "exit"].join("\n"), { complete: true });
      const { errno, log } = judge.judge(bytes, { type: SCHED_CLS });
      const have = verify(bytes, { type: "sched_cls", kernelTypes: simulatedTypes() });
      expect(recordedOf(have)).toEqual(recordedFrom(errno, log));
    });
  },
);
