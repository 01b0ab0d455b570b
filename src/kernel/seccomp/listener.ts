import { type Call, type Libc, succeed } from "../libc.ts";

/** SECCOMP_IOCTL_NOTIF_RECV and SECCOMP_IOCTL_NOTIF_SEND */
const [RECEIVE, SEND] = [0xc050_2100, 0xc018_2101];
/** Bytes of struct seccomp_notif and of struct seccomp_notif_resp. */
const [NOTIFICATION, RESPONSE] = [80, 24];
const POLLIN = 1;

/** The supervisor's side of a filter (seccomp_unotify(2)). */
export class Listener {
  private readonly libc: Libc;
  private readonly descriptor: number;
  private readonly poll: Call;

  /** @param descriptor what seccomp(2) gave; closed with the listener. */
  constructor(libc: Libc, descriptor: number) {
    this.libc = libc;
    this.descriptor = descriptor;
    this.poll = libc.declare("int poll(void *descriptors, unsigned long count, int milliseconds)");
  }

  /** Takes a call that waits: what it is answered by; 0n where none came in that time. */
  take(milliseconds: number): bigint {
    const asked = Buffer.alloc(8);
    asked.writeInt32LE(this.descriptor, 0);
    asked.writeInt16LE(POLLIN, 4);
    if (this.poll(asked, 1, milliseconds) <= 0 || (asked.readInt16LE(6) & POLLIN) === 0) return 0n;
    const notification = Buffer.alloc(NOTIFICATION);
    // Whoever has made the call may be dead by now.
    if (this.libc.ioctl(this.descriptor, RECEIVE, notification) < 0) return 0n;
    return notification.readBigUInt64LE(0);
  }

  /** @param errno 0: the call gives the value. */
  answer(id: bigint, value: bigint, errno: number): void {
    const response = Buffer.alloc(RESPONSE);
    response.writeBigUInt64LE(id, 0);
    response.writeBigInt64LE(errno === 0 ? value : 0n, 8);
    response.writeInt32LE(-errno, 16);
    succeed(this.libc, "SECCOMP_IOCTL_NOTIF_SEND", this.libc.ioctl(this.descriptor, SEND, response));
  }

  close(): void {
    this.libc.close(this.descriptor);
  }
}
