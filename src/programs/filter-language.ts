import { checkClassic } from "../bpf/classic/checker.ts";
import type { ClassicInstruction } from "../bpf/classic/instruction.ts";
import { compileFilter } from "../bpf/filter/compile.ts";
import type { DataStart } from "../bpf/filter/data-start.ts";
import { type HostResolver, NO_NETMASK } from "../bpf/filter/options.ts";
import { ProgramTextError, type TextProblem } from "../bpf/program-text-error.ts";
import { fail, NetsimError, type Place } from "../errors.ts";
import type { HostModel, ProgramSource, Topology } from "../topology/model.ts";
import type { LoadedClassicProgram, ProgramLanguage } from "./language.ts";

/** LINKTYPE_PPP_PPPD: a direction, PPP's protocol, the packet. */
const PPP_PPPD = 166;

/**
 * tcpdump's filter language, compiled for packets of Ethernet interfaces whose VLAN tag the kernel has taken out, and for
 * where a socket's data begins. The topology's hosts are known by their names.
 */
export const filterLanguage: ProgramLanguage = {
  name: "filter",
  description: "An expression of tcpdump's filter language (pcap-filter(7)), such as 'ip and tcp port 22'.",
  schema: { type: "string" },
  content: "text",

  load: (source, topology) => load(source, topology, "link"),
};

function load(source: ProgramSource, topology: Topology, dataStart: DataStart): LoadedClassicProgram {
  const instructions = compile(source, topology, dataStart);
  const [problem] = checkClassic(instructions);
  if (problem !== undefined)
    fail("program-rejected", `The kernel would refuse program '${source.name}': ${problem.message}`, {
      place: source.place,
      hint: "tcpdump runs such filters itself; 'protochain' is one that makes a loop.",
    });
  return {
    form: "classic",
    type: "classic",
    name: source.name,
    instructions,
    forDataStart: (start) => load(source, topology, start),
  };
}

function compile(source: ProgramSource, topology: Topology, dataStart: DataStart): ClassicInstruction[] {
  try {
    return compileFilter(source.text, {
      ...(dataStart === "ppp" ? { linkType: PPP_PPPD } : { kernelVlan: true, dataStart }),
      netmask: NO_NETMASK,
      resolver: hostsOf(topology),
    });
  } catch (error) {
    if (!(error instanceof ProgramTextError)) throw error;
    throw new NetsimError(
      error.problems.map((problem) => ({
        code: "program-syntax",
        severity: "error",
        message: problem.message,
        place: placeIn(source, problem),
        ...(problem.hint === undefined ? {} : { hint: problem.hint }),
      })),
    );
  }
}

/** A position in the expression as one in the topology; in a text of several lines the line only. */
function placeIn({ text, file, lineOffset, place }: ProgramSource, { line, column, endColumn }: TextProblem): Place {
  if (text.includes("\n") || place.column === undefined) return { file, line: line + lineOffset };
  const isQuoted = place.endColumn !== place.column + text.length;
  const before = place.column - 1 + (isQuoted ? 1 : 0);
  return {
    file,
    line: line + lineOffset,
    column: before + column,
    ...(endColumn === undefined ? {} : { endColumn: before + endColumn }),
  };
}

/** The hosts of a topology by their names: the addresses of all their interfaces. */
function hostsOf({ nodes }: Topology): HostResolver {
  const interfaces = (name: string) => {
    const node = nodes.get(name);
    return node?.kind === "host" ? [...(node as HostModel).interfaces.values()] : [];
  };
  return {
    addresses: (name) => interfaces(name).flatMap(({ addresses }) => addresses.map(({ address }) => address)),
    macAddresses: (name) => interfaces(name).map(({ mac }) => mac),
    names: [...nodes].filter(([, { kind }]) => kind === "host").map(([name]) => name),
  };
}
