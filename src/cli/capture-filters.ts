import type { ClassicInstruction } from "../bpf/classic/instruction.ts";
import { CaptureFilter } from "../bpf/filter/capture-filter.ts";
import { type RunOnPacket, translateForCaptures } from "../bpf/filter/capture-translation.ts";
import { compileFilter } from "../bpf/filter/compile.ts";
import { NO_NETMASK } from "../bpf/filter/options.ts";
import type { CaptureReader } from "../packet/capture/reader.ts";

/** An expression as what runs on a capture's packets: compiled anew for each link type and byte order that they have. */
export class CaptureFilters {
  private readonly expression: string;
  private readonly known = new Map<number, { little?: RunOnPacket; big?: RunOnPacket }>();
  private last: { linkType: number; byteOrder: "little" | "big"; run: RunOnPacket } | undefined;

  constructor(expression: string) {
    this.expression = expression;
  }

  /** For the packet that was read last. Throws a ProgramTextError where the expression makes no sense on its link type. */
  for({ linkType, byteOrder }: Pick<CaptureReader, "linkType" | "byteOrder">): RunOnPacket {
    if (this.last?.linkType === linkType && this.last.byteOrder === byteOrder) return this.last.run;
    const runs = this.known.get(linkType) ?? {};
    this.known.set(linkType, runs);
    const run =
      runs[byteOrder] ?? runner(compileFilter(this.expression, { linkType, savedBy: byteOrder, netmask: NO_NETMASK }));
    runs[byteOrder] = run;
    this.last = { linkType, byteOrder, run };
    return run;
  }
}

function runner(instructions: readonly ClassicInstruction[]): RunOnPacket {
  const translated = translateForCaptures(instructions);
  if (translated !== undefined) return translated;
  const interpreter = new CaptureFilter(instructions);
  return (bytes, at, length, wireLength) => interpreter.run(bytes, at, length, wireLength);
}
