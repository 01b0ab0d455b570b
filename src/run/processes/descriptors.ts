/** Standard input, output and error. */
const STANDARD = 3;

/** A process's file descriptors: which numbers are taken. */
export class Descriptors {
  private readonly taken = new Set<number>(Array.from({ length: STANDARD }, (_, i) => i));

  /** The lowest number that is free, as open(2), socket(2) and receive_fd give it; it is taken from now on. */
  take(): number {
    let lowest = 0;
    while (this.taken.has(lowest)) lowest++;
    this.taken.add(lowest);
    return lowest;
  }

  /** Takes this number, whatever it was before (SECCOMP_ADDFD_FLAG_SETFD, as dup2). */
  place(descriptor: number): number {
    this.taken.add(descriptor);
    return descriptor;
  }

  /** close(2). */
  release(descriptor: number): void {
    this.taken.delete(descriptor);
  }
}
