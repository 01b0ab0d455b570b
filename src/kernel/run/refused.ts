import { errnoName } from "../../bpf/maps/errno.ts";
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

/** What netsim's own verifier said of a topology's program, which gets no further without it. */
export const ACCEPTED_HERE = "netsim's verifier accepts the program.";

/**
 * Ends with what the kernel said of a program that it does not take.
 * @param log of its verifier.
 * @param ours what netsim's verifier says of the program; absent where it is not asked.
 */
export function refusedByKernel(program: string, errno: number, log: string, ours?: string): never {
  const reason = reasonIn(log);
  const hints = [
    ...(reason === undefined ? [] : [`The log of its verifier:\n${log.trimEnd()}`]),
    ...(ours === undefined ? [] : [ours]),
  ];
  return fail(
    "program-rejected",
    reason === undefined
      ? `Linux refuses the program with ${errnoName(errno)}.`
      : `Linux refuses the program with ${errnoName(errno)}: ${reason}`,
    {
      place: { file: program },
      ...(hints.length === 0 ? {} : { hint: hints.join("\n") }),
    },
  );
}
