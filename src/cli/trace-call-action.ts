import { EXIT, type ExitCode, fail } from "../errors.ts";
import { describeAction } from "../hooks/seccomp/action.ts";
import type { Outcome } from "../hooks/seccomp/outcome.ts";
import { SECCOMP_ROWS } from "../hooks/seccomp/rows.ts";
import { openTopology } from "../open-topology.ts";
import { painter } from "../report/paint.ts";
import { printable } from "../report/printable.ts";
import type { FollowedCall } from "../run/processes/process.ts";
import { instructionTexts } from "../seccomp/filter/seccomp-listing.ts";
import { TOKENS } from "../tokens.ts";
import type { Terminal } from "./command.ts";
import type { TraceFlags } from "./trace.ts";

/** Puts a call before the filters of processes, newest first, and tells what each said and what comes of it. */
export async function traceCall(file: string, flags: TraceFlags, terminal: Terminal): Promise<ExitCode> {
  const { topology, container } = await openTopology(file);
  const scene = await container.get(TOKENS.TopologyRunner).assemble(topology);
  try {
    const all = [...scene.processes].flatMap(([node, processes]) =>
      processes.map((process) => ({ name: `${node}/${process.model.name}`, process })),
    );
    const chosen = all.filter(({ name }) => flags.process === undefined || name === flags.process);
    if (chosen.length === 0)
      fail(
        "usage",
        `The topology has no ${flags.process === undefined ? "processes" : `process '${flags.process}'`}.`,
        {
          ...(all.length > 0 && { hint: `There are: ${all.map(({ name }) => name).join(", ")}.` }),
        },
      );
    const followed = chosen.map(({ name, process }) => ({
      name,
      followed: process.follow(flags.call!, { file: "--call" }),
    }));
    if (flags.json) {
      const processes = followed.map((one) => record(one.name, one.followed));
      terminal.out(`${JSON.stringify(processes, (_, it) => (typeof it === "bigint" ? `${it}` : it), 2)}\n`);
    } else {
      const paint = painter(terminal.outColor);
      terminal.out(
        followed.map((one) => `${paint.bold(printable(one.name))}\n${text(one.followed).join("\n")}\n`).join("\n"),
      );
    }
    return EXIT.ok;
  } finally {
    scene.close();
  }
}

function record(process: string, { call, outcome, decision, filters }: FollowedCall): object {
  const paths = decision.paths.map(({ filter, returnValue, instructions }) => {
    const texts = instructionTexts(filters[filter]!.filter.program);
    return {
      program: filters[filter]!.program,
      answer: describeAction(returnValue),
      instructions: instructions.map((index) => ({ index, text: texts[index]! })),
    };
  });
  return { process, call, filters: paths, answer: describeAction(decision.returnValue), outcome };
}

function text({ call, outcome, decision, filters }: FollowedCall): string[] {
  const args = call.args.map((value) => `0x${value.toString(16)}`).join(", ");
  const lines = [`  ${call.name}(${args})  nr ${call.nr}, arch 0x${call.arch.toString(16)}`];
  for (const { filter, returnValue, instructions } of decision.paths) {
    const { program, filter: run } = filters[filter]!;
    const texts = instructionTexts(run.program);
    lines.push(
      `  filter ${printable(program)}  returned 0x${returnValue.toString(16).padStart(8, "0")}: ${describeAction(returnValue)}`,
      ...instructions.map((index) => `            ${`${index}`.padStart(4)}: ${texts[index]}`),
    );
  }
  const winner = decision.filter === undefined ? undefined : filters[decision.filter]!.program;
  const { returns, does } = SECCOMP_ROWS[decision.action];
  return [
    ...lines,
    `  the strictest: ${describeAction(decision.returnValue)}${winner === undefined ? ", as no filter objects" : ` of ${printable(winner)}`}`,
    `      so    ${returns}: ${does}`,
    `  ${ended(outcome)}`,
  ];
}

function ended(outcome: Outcome): string {
  switch (outcome.kind) {
    case "run":
      return outcome.isLogged ? "the call runs, and is logged" : "the call runs";
    case "return":
      return `the call does not run and returns ${outcome.value}`;
    case "error":
      return `the call does not run and fails with errno ${outcome.errno}`;
    case "signal":
      return "the thread gets SIGSYS, and the call does not run";
    case "killed":
      return outcome.whole ? "the process dies by SIGSYS" : "the thread dies by SIGSYS";
  }
}
