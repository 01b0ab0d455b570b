import { type Libc, succeed } from "../libc.ts";

const [SOL_SOCKET, SO_BINDTODEVICE] = [1, 25];

/** Lets a socket send and receive by one device only. */
export function bindToDevice(libc: Libc, socket: number, device: string): void {
  const name = Buffer.from(`${device}\0`);
  succeed(libc, "SO_BINDTODEVICE", libc.setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, name, name.length));
}
