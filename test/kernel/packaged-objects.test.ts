import { availableParallelism } from "node:os";
import { afterAll, describe, expect, it } from "vitest";
import type { ObjectFile } from "../../src/bpf/object/object-file.ts";
import { readObject } from "../../src/bpf/object/read-object.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import { outcomesHere } from "../bpf/kernel-functions/object-runs.ts";
import { verdictOf } from "../bpf/verifier/object-verdicts.ts";
import { recordedFrom } from "../bpf/verifier/recorded.ts";
import { ObjectJudge } from "./object-judge.ts";
import { kernel, kernelTypes, missing } from "./object-tools.ts";
import { packagedObjects, readOrReason, sized } from "./packaged-objects.ts";

const objects = missing === undefined ? packagedObjects() : [];
const skipped = missing ?? (objects.length === 0 ? "none of the packages is installed" : undefined);

/** What is wrong with those that cannot be read: libbpf refuses them, too. */
const REFUSED: Readonly<Record<string, string>> = {
  "fwd_decl-el.elf": "'fwd' is called, which is no function of the object.",
  "loader-el.elf": "'MY_CONST' is used, which the object does not define.",
  "loader-clang-7-el.elf": "'MY_CONST' is used, which the object does not define.",
  "loader-clang-9-el.elf": "'MY_CONST' is used, which the object does not define.",
  "loader-clang-14-el.elf": "'MY_CONST' is used, which the object does not define.",
};

/** Types whose programs a test run takes a frame for. */
const RUN = new Set(["socket_filter", "sched_cls", "sched_act", "xdp"]);
/** Ethernet with IPv4 and TCP to port 80, IPv4 and UDP to port 53, IPv6 and TCP to port 22, ARP. */
const FRAMES = [
  "0200000000020200000000010800450000280000400040066b5d0a0000010a000002c0de0050000000000000000050022000bb5e0000",
  "02000000000202000000000108004500001c0000400040116b5e0a0000010a000002c0de00350008c5c7",
  "02000000000202000000000186dd6000000000140640fd000000000000000000000000000001fd000000000000000000000000000002c0de0016000000000000000050022000ffff0000",
  "0200000000020200000000010806000108000604000102000000000101020304000000000000010203050000000000000000000000000000000000000000",
].map((hex) => Uint8Array.from(Buffer.from(hex, "hex")));

describe.skipIf(skipped !== undefined)(`objects that Debian's packages ship${skipped ? ` (${skipped})` : ""}`, () => {
  const types = skipped === undefined ? kernelTypes() : undefined;
  const open: ObjectJudge[] = [];
  afterAll(() => {
    for (const judge of open) judge.close();
  });
  const read = (bytes: Uint8Array): ObjectFile | string =>
    readOrReason(() => sized(readObject(bytes, { kernelTypes: types! })));
  const judgeOf = (bytes: Uint8Array, object: ObjectFile): ObjectJudge => {
    if ("missing" in kernel) throw new Error(kernel.missing);
    const judge = new ObjectJudge(kernel.libc, bytes, object, (kind, called) => types!.find(kind, called) ?? 0);
    open.push(judge);
    return judge;
  };

  it.each(objects)(
    "$package, $name: is read, and its verdicts, reasons and walks are the kernel's",
    ({ name, bytes }) => {
      const object = read(bytes);
      if (typeof object === "string") {
        expect(object).toContain(REFUSED[name]);
        return;
      }
      expect(REFUSED).not.toHaveProperty([name]);
      const judge = judgeOf(bytes, object);
      const want: Record<string, unknown> = {};
      const have: Record<string, unknown> = {};
      for (const program of object.programs) {
        const type = findProgramType(program.type!);
        if (type === undefined) continue;
        const { errno, log } = judge.judge(program, type.number);
        // A kernel without trampolines says nothing of programs for them.
        if (errno !== 0 && log === "") continue;
        const answer = recordedFrom(errno, log);
        want[program.name] = answer;
        have[program.name] = verdictOf(object, program, availableParallelism(), types);
      }
      expect(have).toEqual(want);
    },
  );

  it.each(objects)("$package, $name: its programs make of packets what they make of them on Linux", ({ bytes }) => {
    const object = read(bytes);
    if (typeof object === "string") return;
    const programs = object.programs.filter(({ type }) => RUN.has(type!));
    if (programs.length === 0) return;
    for (const frame of FRAMES) {
      const judge = judgeOf(bytes, object);
      const answers = programs.map((it) => [it.name, judge.outcome(it, findProgramType(it.type!)!.number, frame)]);
      // Why others are not loaded is compared above.
      const want = Object.fromEntries(answers.filter(([, answer]) => !`${answer}`.includes("processed ")));
      expect(outcomesHere({ ...object, programs }, { possibleCpus: availableParallelism() }, frame)).toMatchObject(
        want,
      );
    }
  });
});
