import { Bpf, type BpfOptions } from "./bpf/bpf.ts";
import { lendPackets } from "./hooks/test-run/lend-packets.ts";

/** bpf(2) whose test runs have the helpers on packets: see Bpf. */
export class SimulatedBpf extends Bpf {
  constructor(options: BpfOptions = {}) {
    super({ packets: lendPackets, ...options });
  }
}
