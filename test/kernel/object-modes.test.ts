import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { verifierOptions } from "../../src/bpf/object/load/verifier-options.ts";
import type { ObjectProgram } from "../../src/bpf/object/object-file.ts";
import { readObject } from "../../src/bpf/object/read-object.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import { UNPRIVILEGED } from "../../src/bpf/verifier/privileges.ts";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { recordedFrom, recordedOf } from "../bpf/verifier/recorded.ts";
import { LONGEST_WALK, memberFinder, objectCases } from "./object-cases.ts";
import { ObjectJudge } from "./object-judge.ts";
import { hasDataSymbols, kernel, kernelTypes, missing } from "./object-tools.ts";
import { readOrReason, sized } from "./packaged-objects.ts";
import { kernelJudge } from "./verifier-judge.ts";
import { withoutCapabilities } from "./without-capabilities.ts";

/** BPF_F_STRICT_ALIGNMENT */
const STRICT = 1;
const SOCKET_FILTER = findProgramType("socket_filter")!;
/** Programs on packets: what users without capabilities may load looks like these. */
const ON_PACKETS = new Set(["socket_filter", "cgroup_skb", "sched_cls", "sched_act"]);
const unprivilegedMissing = "missing" in kernelJudge ? kernelJudge.missing : kernelJudge.unprivilegedMissing;

describe.skipIf(missing !== undefined)(
  `objects by other rules, judged by the kernel${missing ? ` (${missing})` : ""}`,
  () => {
    const types = missing === undefined ? kernelTypes() : undefined;
    const shared = {
      ...(types === undefined ? {} : { kernelTypes: types }),
      dataSymbols: missing === undefined && hasDataSymbols(),
    };
    const cpus = availableParallelism();

    /** Shows a judge each program of an object that can be read. */
    function eachProgram(
      bytes: Uint8Array,
      see: (judge: ObjectJudge, program: ObjectProgram, options: ReturnType<typeof verifierOptions>) => void,
    ): void {
      if ("missing" in kernel) return;
      const object = readOrReason(() => sized(readObject(bytes, { kernelTypes: types! })));
      if (typeof object === "string") return;
      const find = (kind: "function" | "variable" | "typedef" | "struct", name: string) => types!.find(kind, name) ?? 0;
      const judge = new ObjectJudge(kernel.libc, bytes, object, find, memberFinder(types!));
      try {
        for (const program of object.programs) see(judge, program, verifierOptions(object, program, cpus));
      } finally {
        judge.close();
      }
    }

    it.each(objectCases())(
      "$name: verdicts, reasons and walks are the kernel's where every access must be aligned",
      ({ bytes }) => {
        eachProgram(bytes(), (judge, program, options) => {
          const type = findProgramType(program.type ?? "");
          // What no struct holds cannot be asked about.
          if (type === undefined || (type.name === "struct_ops" && program.attachTarget === undefined)) return;
          const result = verify(program.instructions, { ...options, ...shared, type, strictAlignment: true });
          if (result.statistics.instructionsProcessed > LONGEST_WALK) return;
          const { errno, log } = judge.judge(program, type.number, 1, STRICT);
          // A kernel without trampolines says nothing of programs for them.
          if (errno !== 0 && (log === "" || log.startsWith("processed 0 "))) return;
          expect({ name: program.name, ...recordedOf(result) }).toEqual({
            name: program.name,
            ...recordedFrom(errno, log),
          });
        });
      },
    );

    it.skipIf(unprivilegedMissing !== undefined).each(objectCases())(
      "$name: verdicts, reasons and walks are the kernel's as socket filters of users without capabilities",
      ({ bytes }) => {
        if ("missing" in kernel) return;
        const asNobody = withoutCapabilities(kernel.libc);
        eachProgram(bytes(), (judge, program, options) => {
          if (!ON_PACKETS.has(program.type ?? "")) return;
          const filter = asFilter(program);
          const result = verify(program.instructions, {
            ...options,
            ...shared,
            type: SOCKET_FILTER,
            expectedAttachType: 0,
            sleepable: false,
            privileges: UNPRIVILEGED,
          });
          const { errno, log } = asNobody(() => judge.judge(filter, SOCKET_FILTER.number));
          if (errno !== 0 && log === "") return;
          expect({ name: program.name, ...recordedOf(result) }).toEqual({
            name: program.name,
            ...recordedFrom(errno, log),
          });
        });
      },
    );
  },
);

/** The same program without what its section says of it. */
function asFilter(it: ObjectProgram): ObjectProgram {
  const { name, section, autoload, instructions, functions, lines, unresolved, absent } = it;
  const plain = { name, section, autoload, instructions, functions, lines, unresolved, absent };
  return { ...plain, type: SOCKET_FILTER.name, attachType: 0, attachTarget: undefined, flags: 0 };
}
