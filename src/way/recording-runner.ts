import { ClassicInterpreter } from "../bpf/classic/interpreter.ts";
import { shortText } from "../bpf/classic/listing.ts";
import type { ClassicPacket } from "../bpf/classic/packet.ts";
import { disassembleInstruction } from "../bpf/isa/disassembler/disassemble.ts";
import { TYPE } from "../bpf/verifier/state/register-type.ts";
import type { Environment } from "../bpf/vm/environment.ts";
import type { DenseCode } from "../bpf/vm/interpreter/dense-code.ts";
import type { Execution } from "../bpf/vm/interpreter/execution.ts";
import { SteppedProgram } from "../bpf/vm/interpreter/stepped-program.ts";
import type { ProgramRunner, VerifiedProgram } from "../programs/engine.ts";
import { MapTouches, mapsOf } from "./map-touches.ts";
import type { ProgramWay } from "./program-way.ts";

/** Instructions of one run that are kept. */
const MOST_KEPT = 10_000;

/** Runs programs on the interpreter and keeps what each run did. */
export class RecordingRunner implements ProgramRunner {
  private ways: ProgramWay[] = [];
  /** Loaded programs by what the interpreter runs: a tail call goes from one to another. */
  private readonly programs = new Map<DenseCode, VerifiedProgram>();

  /** Runs that ended since the last call, the last one last. */
  take(): ProgramWay[] {
    const { ways } = this;
    this.ways = [];
    return ways;
  }

  readonly prepare: ProgramRunner["prepare"] = ({ name, instructions }, view) => {
    const interpreter = new ClassicInterpreter(instructions);
    return {
      run: () => {
        const path: number[] = [];
        const context = contextOf(view);
        const returned = interpreter.run(view, path) >>> 0;
        this.ways.push({
          program: name,
          context,
          instructions: path
            .slice(0, MOST_KEPT)
            .map((index) => ({ index, text: shortText(instructions[index]!, index) })),
          more: Math.max(0, path.length - MOST_KEPT),
          maps: [],
          returned,
        });
        return returned;
      },
    };
  };

  readonly load: ProgramRunner["load"] = (bytes, environment, verified) => {
    const maps = mapsOf(verified, environment);
    // Runs may nest: a helper may send a packet on, whose programs then run.
    const open: RunRecord[] = [];
    const program = new SteppedProgram(bytes, environment, (code, slot, execution) =>
      open.at(-1)?.step(this.programs.get(code) ?? verified, code, slot, execution),
    );
    this.programs.set(program.code, verified);
    return {
      slot: program.slot,
      run: (context) => {
        const record = new RunRecord(environment, verified, context, new MapTouches(environment.machine.memory, maps));
        open.push(record);
        try {
          const returned = program.run(context) >>> 0;
          this.ways.push(record.way(returned));
          return returned;
        } finally {
          open.pop();
        }
      },
      release: () => program.release(),
    };
  };
}

function contextOf({ length, protocol, pktType, ifindex, mark, queue, hash, vlanPresent, vlanTci }: ClassicPacket) {
  const all = {
    length,
    protocol,
    pkt_type: pktType,
    ifindex,
    mark,
    queue,
    hash,
    vlan_present: vlanPresent,
    vlan_tci: vlanTci,
  };
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== 0 || name === "length"));
}

/** One run of an extended program as it goes. */
class RunRecord {
  private readonly environment: Environment;
  private readonly verified: VerifiedProgram;
  private readonly address: number;
  private readonly touches: MapTouches;
  private readonly context: Record<string, number> = {};
  private readonly instructions: ProgramWay["instructions"][number][] = [];
  private ran = 0;

  constructor(environment: Environment, verified: VerifiedProgram, address: number, touches: MapTouches) {
    this.environment = environment;
    this.verified = verified;
    this.address = address;
    this.touches = touches;
  }

  step(program: VerifiedProgram, { instructions }: DenseCode, slot: number, execution: Execution): void {
    this.touches.returned(execution.registers[0]!);
    const it = instructions[slot];
    if (it === null || it === undefined) return;
    if (this.ran++ < MOST_KEPT) {
      const text = disassembleInstruction(it, "kernel").replace(
        /map\[fd:(\d+)\]/,
        (all, fd) => `map[${program.maps.get(Number(fd))?.name ?? all}]`,
      );
      this.instructions.push({ index: slot, text, place: program.placeOf(slot) });
    }
    if (it.kind === "call-helper") this.touches.call(it.helper, execution.registers);
    if (it.kind === "load" && program.insight(slot).pointerType === TYPE.context) this.read(it.offset);
  }

  way(returned: number): ProgramWay {
    return {
      program: this.verified.name,
      context: this.context,
      instructions: this.instructions,
      more: this.ran - this.instructions.length,
      maps: this.touches.finish(),
      returned,
    };
  }

  /** A field as it is when the program first reads it; of pointers to the packet's end what lies before it. */
  private read(offset: number): void {
    const { fields } = this.verified.type.context;
    const field = fields.find((one) => one.offset <= offset && offset < one.offset + one.size);
    if (field === undefined || field.name in this.context) return;
    const { memory } = this.environment.machine;
    const at = this.address + field.offset;
    const value = field.size === 2 ? memory.uint32(at) & 0xffff : memory.uint32(at);
    this.context[field.name] = value;
  }
}
