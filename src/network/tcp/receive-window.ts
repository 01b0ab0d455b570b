/** Half of the receive buffer (net.ipv4.tcp_rmem[1], 131,072): what Linux offers, the other half being for its own bookkeeping. */
const RECEIVE_SPACE = 65_536;
/** Shift for the largest buffer that Linux would grow to (net.ipv4.tcp_rmem[2], 32 MiB from 4 GiB of memory on). */
export const WINDOW_SCALE = 10;

/** The receive window offered first, in bytes: as many full segments as fit (tcp_select_initial_window). */
export function initialWindow(mss: number): number {
  return RECEIVE_SPACE - (RECEIVE_SPACE % mss);
}
