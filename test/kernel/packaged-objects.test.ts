import { availableParallelism } from "node:os";
import { afterAll, describe, expect, it } from "vitest";
import type { ObjectFile } from "../../src/bpf/object/object-file.ts";
import { readObject } from "../../src/bpf/object/read-object.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import { verdictOf, walked } from "../bpf/verifier/object-verdicts.ts";
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
        want[program.name] = { ...answer, statistics: walked(answer.statistics) };
        have[program.name] = verdictOf(object, program, availableParallelism(), types);
      }
      expect(have).toEqual(want);
    },
  );
});
