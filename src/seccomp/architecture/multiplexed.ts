import type { Architecture } from "./architecture.ts";
import { syscallNumber } from "./syscalls.ts";

/** Calls that some architectures make through another one, whose first argument says which (linux/net.h, linux/ipc.h). */
const MULTIPLEXED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  socketcall: {
    socket: 1,
    bind: 2,
    connect: 3,
    listen: 4,
    accept: 5,
    getsockname: 6,
    getpeername: 7,
    socketpair: 8,
    send: 9,
    recv: 10,
    sendto: 11,
    recvfrom: 12,
    shutdown: 13,
    setsockopt: 14,
    getsockopt: 15,
    sendmsg: 16,
    recvmsg: 17,
    accept4: 18,
    recvmmsg: 19,
    sendmmsg: 20,
  },
  ipc: {
    semop: 1,
    semget: 2,
    semctl: 3,
    semtimedop: 4,
    msgsnd: 11,
    msgrcv: 12,
    msgget: 13,
    msgctl: 14,
    shmat: 21,
    shmdt: 22,
    shmget: 23,
    shmctl: 24,
  },
};

/** The other way to make a call: through which one, and what its first argument is. */
export interface Multiplexed {
  readonly nr: number;
  readonly selector: number;
}

/** How the architecture makes a call by way of socketcall or ipc; undefined where it does not. */
export function multiplexed(name: string, architecture: Architecture): Multiplexed | undefined {
  for (const [through, selectors] of Object.entries(MULTIPLEXED)) {
    if (!Object.hasOwn(selectors, name)) continue;
    const nr = syscallNumber(through, architecture);
    return nr === undefined ? undefined : { nr, selector: selectors[name]! };
  }
  return undefined;
}

/** The call that `socketcall` or `ipc` with that first argument is; undefined where it is none. */
export function demultiplexed(name: string, selector: bigint): string | undefined {
  const selectors = Object.hasOwn(MULTIPLEXED, name) ? MULTIPLEXED[name]! : {};
  // The upper half of ipc's first argument is the version of its interface.
  return Object.entries(selectors).find(
    ([, value]) => BigInt(value) === (name === "ipc" ? selector & 0xffffn : selector),
  )?.[0];
}
