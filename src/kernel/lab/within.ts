/** A place in the kernel that the calling thread can go to. */
export interface Within {
  /** Does something there. It must not wait for anything. */
  within<T>(act: () => T): T;
}
