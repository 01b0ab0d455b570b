import { ancillaryLoad } from "../../bpf/classic/ancillary.ts";
import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import type { ClassicPacket } from "../../bpf/classic/packet.ts";
import { fail } from "../../errors.ts";
import type { LoadedClassicProgram } from "../../programs/language.ts";
import type { Libc } from "../libc.ts";
import { FilteredLoopback } from "../socket/filtered-loopback.ts";
import { FilteredPair } from "../socket/filtered-pair.ts";
import { unsupported } from "./program-needs.ts";

const ETHERNET = 14;
const [RETURN_K, RETURN_A] = [0x06, 0x16];
const ABSOLUTE_LOADS = [0x20, 0x28, 0x30];
/** A frame that is sent over a loopback device has these as the simulation has them, as long as it has no tag beside it. */
const KEPT = ["proto", "nla", "nlan", "mark", "xor_x", "vlan_tci", "vlanp", "poff", "vlan_tpid"];

/**
 * A classic program in the kernel: SO_ATTACH_FILTER on a packet socket of a loopback device, or for data that begins behind the
 * link-layer header on one of a pair of datagram sockets. What it returns shows as the number of bytes that came through: anything
 * from the packet's length on is one. Where that is not enough it is the one constant that the program may have returned.
 */
export class ClassicInKernel {
  private readonly name: string;
  private readonly trims: boolean;
  /** Reads headers by their own distance, or values beside the packet. */
  private readonly needsFrame: boolean;
  /** What it may return, apart from A; undefined where it returns A. */
  private readonly constants: readonly number[] | undefined;
  private readonly libc: Libc;
  private readonly instructions: readonly ClassicInstruction[];
  private loopback: FilteredLoopback | undefined;
  private pair: FilteredPair | undefined;

  /** Throws a NetsimError where the kernel refuses the program, or cannot give it what it reads. */
  constructor(libc: Libc, { name, instructions }: LoadedClassicProgram, trims: boolean) {
    this.libc = libc;
    this.name = name;
    this.trims = trims;
    this.instructions = instructions;
    const loads = instructions.filter(({ code, k }) => ABSOLUTE_LOADS.includes(code) && (k | 0) < 0);
    const lost = loads
      .map(({ k }) => ancillaryLoad(k)?.listingName)
      .find((it) => it !== undefined && !KEPT.includes(it));
    if (lost !== undefined)
      unsupported(
        `Program '${name}' reads ${lost}, which a packet on a loopback device of Linux has a value of its own for.`,
      );
    this.needsFrame = loads.length > 0;
    this.constants = instructions.some(({ code }) => code === RETURN_A)
      ? undefined
      : [...new Set(instructions.filter(({ code }) => code === RETURN_K).map(({ k }) => k))];
    this.attached(this.needsFrame);
  }

  /** Runs it on the packet of the view. */
  run(view: ClassicPacket): number {
    const { data, length, macHeader, networkHeader } = view;
    if (length === 0)
      unsupported(`Linux does not show what program '${this.name}' returns for a packet without bytes.`);
    const bytes = view.bytes.subarray(data, data + length);
    const isFrame = data === macHeader && networkHeader === data + ETHERNET && length >= ETHERNET;
    if (this.needsFrame && (!isFrame || view.vlanPresent === 1))
      unsupported(
        `Program '${this.name}' reads values beside its data, which Linux has only for untagged Ethernet frames on packet sockets.`,
      );
    const target = this.attached(isFrame);
    if (target instanceof FilteredLoopback) target.mark(view.mark);
    return this.returned(target.pass(bytes), length);
  }

  close(): void {
    this.loopback?.close();
    this.pair?.close();
  }

  /** The sockets that packets go over. */
  private attached(asFrame: boolean): FilteredLoopback | FilteredPair {
    const there = asFrame ? this.loopback : this.pair;
    if (there !== undefined) return there;
    const made = asFrame ? new FilteredLoopback(this.libc, 0) : new FilteredPair(this.libc);
    if (made instanceof FilteredLoopback) this.loopback = made;
    else this.pair = made;
    const errno = made.attach(this.instructions);
    if (errno !== 0) fail("program-rejected", `Linux refuses program '${this.name}' with errno ${errno}.`);
    return made;
  }

  private returned(received: number, length: number): number {
    if (received < length) return received;
    const possible = this.constants?.filter((k) => k >= length);
    if (possible?.length === 1) return possible[0]! | 0;
    if (this.trims) return length;
    return unsupported(
      `What program '${this.name}' returned does not show: SO_ATTACH_FILTER tells no numbers above the packet's ${length} bytes apart.`,
    );
  }
}
