import type { BpfSyscall } from "../bpf/syscall.ts";

/** User space's side of maps, of the simulation or of a kernel: descriptors, and negative numbers for errors. */
export interface MapCommands
  extends Pick<
      BpfSyscall,
      "createMap" | "lookup" | "take" | "update" | "delete" | "nextKey" | "openProgram" | "freeze"
    >,
    Partial<Pick<BpfSyscall, "loadBtf" | "mapTypes" | "records" | "produce">> {
  /** Bytes that `update` takes and `lookup` gives; 0 where the descriptor is of no map. */
  valueSize(descriptor: number): number;
  close(descriptor: number): void;
}
