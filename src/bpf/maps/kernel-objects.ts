/**
 * What maps hold beside bytes. The part that simulates networks, processes and control groups lends it to the place of maps
 * (`MapPlace.objects`); where nothing is lent, no such descriptor is open and no such device is there, and operations that
 * need one fail with Linux's error number for that. Methods give the object, or a negative error number (ERRNO): EBADF for a
 * descriptor that is not open, ENOTSOCK and the like for one of something else.
 */
export interface KernelObjects {
  /** The socket of a descriptor. */
  socket(descriptor: number): HeldSocket | number;
  /** The network device of an index; undefined where there is none. */
  device(index: number): HeldDevice | undefined;
  /** The control group (version 2) of a descriptor. */
  cgroup(descriptor: number): HeldCgroup | number;
  /** The task of a pidfd. */
  task(descriptor: number): KernelStructure | number;
  /** The inode of an open file. */
  inode(descriptor: number): KernelStructure | number;
}

/** A structure of the kernel as programs point at it. */
export interface KernelStructure {
  /** In the machine's memory; its own as long as the thing lives. */
  readonly address: number;
}

/** A socket; programs point at its `struct bpf_sock`. */
export interface HeldSocket extends KernelStructure {
  readonly cookie: bigint;
  /** 0, or the error number with which a map of this type (MAP_TYPE) refuses the socket: of another kind, in a wrong state. */
  admit(mapType: number): number;
}

export interface HeldDevice {
  readonly index: number;
}

export interface HeldCgroup extends KernelStructure {
  /** Inode number of its directory. */
  readonly id: bigint;
}

/** What user space opens with perf_event_open(2) and programs write to or read. */
export interface PerfEvent {
  /** Processor that it counts on. */
  readonly cpu: number;
  /** Takes a record (PERF_COUNT_SW_BPF_OUTPUT); gives 0, or -ENOSPC where its buffer is full. Absent for counters. */
  output?(record: Uint8Array): number;
  /** Value, and nanoseconds that it was enabled and running. Absent where there is no counter. */
  read?(): { readonly counter: bigint; readonly enabled: bigint; readonly running: bigint };
}
