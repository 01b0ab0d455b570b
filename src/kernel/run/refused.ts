import { fail } from "../../errors.ts";

/** Lines of a log that say how much work it was, not what is wrong. */
const STATISTICS = /^(processed|verification time|stack depth|mark_precise|func#|Live regs)/;

/** The line of a verifier's log that says why a program was refused; undefined where it has none. */
export function reasonIn(log: string): string | undefined {
  return log
    .trimEnd()
    .split("\n")
    .findLast((line) => line !== "" && !STATISTICS.test(line));
}

/** Ends with what the kernel said of a program that it does not take. @param log of its verifier. */
export function refusedByKernel(program: string, errno: number, log: string): never {
  const reason = reasonIn(log);
  return fail(
    "program-rejected",
    reason === undefined
      ? `Linux refuses the program with errno ${errno}.`
      : `Linux refuses the program with errno ${errno}: ${reason}`,
    {
      place: { file: program },
      ...(reason === undefined ? {} : { hint: `The log of its verifier:\n${log.trimEnd()}` }),
    },
  );
}
