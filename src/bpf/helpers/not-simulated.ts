const FRAMES = "no simulated event tells of a frame's struct xdp_buff";
const FILES = "there are no files";
const VARIABLES = "there are no variables of the kernel";

/**
 * Why helpers that Linux offers to programs at one of netsim's attachment points are not simulated there, by number. Of some types
 * they may be: what is said is of the others.
 */
export const NOT_SIMULATED: ReadonlyMap<number, string> = new Map([
  [121, FRAMES],
  [141, "processing a packet has no call stack"],
  [147, FILES],
  [153, VARIABLES],
  [154, VARIABLES],
  [162, FILES],
  [175, "no process makes a call while a packet is processed"],
  [180, "processes have no address spaces"],
  [188, FRAMES],
]);
