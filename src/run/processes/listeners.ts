import { NetsimError, type Place } from "../../errors.ts";
import type { Listeners } from "../../hooks/seccomp/outcome.ts";
import type { SeccompCall } from "../../hooks/seccomp/seccomp-data.ts";
import type { Architecture } from "../../seccomp/architecture/architecture.ts";
import { isSyscall, syscallName } from "../../seccomp/architecture/syscalls.ts";
import { type NamedCall, parseCall } from "../../seccomp/calls/written-call.ts";
import { errnoValue } from "../../seccomp/constants.ts";
import type { AnswerModel, ProcessModel } from "../../topology/model.ts";
import type { Descriptors } from "./descriptors.ts";
import { refuse } from "./refuse.ts";

/** Those who are asked about a process's calls, with the answers of the topology. Throws a NetsimError for answers that make no sense. */
export function listenersOf(
  { supervisor, tracer, sigsys }: ProcessModel,
  architecture: Architecture,
  descriptors: Descriptors,
): Listeners {
  for (const answers of [supervisor, tracer, sigsys])
    for (const [name, answer] of answers ?? []) {
      if (!isSyscall(name)) refuse(`There is no system call '${name}'.`, answer.place);
      if (answer.kind === "errno" && errnoValue(answer.text!) === undefined)
        refuse(`There is no error '${answer.text}'.`, answer.place);
      if (answer.kind === "call") readCall(answer.text!, architecture, answer.place);
    }
  const asked = (answers: ReadonlyMap<string, AnswerModel>, call: SeccompCall) =>
    answers.get(syscallName(call.nr, architecture) ?? "");
  return {
    ...(supervisor && {
      supervisor: (call: SeccompCall) => {
        const answer = asked(supervisor, call);
        switch (answer?.kind) {
          case "continue":
            return { kind: "continue" };
          case "value":
            return { kind: "value", value: answer.value! };
          case "descriptor": {
            const descriptor =
              answer.value === undefined ? descriptors.take() : descriptors.place(Number(answer.value));
            return { kind: "descriptor", descriptor };
          }
          default:
            return { kind: "error", errno: errnoValue(answer?.text ?? "EPERM")! };
        }
      },
    }),
    ...(tracer && {
      tracer: (call: SeccompCall) => {
        const answer = asked(tracer, call);
        if (answer?.kind === "value") return { kind: "skip", value: answer.value! };
        if (answer?.kind === "call")
          return { kind: "change", call: readCall(answer.text!, architecture, answer.place) };
        return { kind: "continue" };
      },
    }),
  };
}

/** What the handler of SIGSYS leaves as the call's value: that of the topology, else the call's number, which stands in its register. */
export function valueAfterSignal(sigsys: ReadonlyMap<string, AnswerModel>, call: NamedCall): bigint {
  const answer = sigsys.get(call.name);
  if (answer?.kind === "value") return answer.value!;
  if (answer?.kind === "errno") return BigInt(-errnoValue(answer.text!)!);
  return BigInt(call.nr);
}

/** A call of the topology. Throws a NetsimError that has its place. */
export function readCall(text: string, architecture: Architecture, place: Place): NamedCall {
  try {
    return parseCall(text, architecture);
  } catch (error) {
    if (!(error instanceof NetsimError)) throw error;
    throw new NetsimError(error.diagnostics.map((problem) => ({ ...problem, code: "bad-topology", place })));
  }
}
