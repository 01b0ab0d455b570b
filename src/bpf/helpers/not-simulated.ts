const FRAMES = "no simulated event tells of a frame's struct xdp_buff";
const PATHS = "Linux has it only where files are opened, closed, cut or looked at, and none of that is simulated";
const VARIABLES = "there are no variables of the kernel";

/**
 * Why helpers that Linux offers to programs at one of netsim's attachment points are not simulated there, by number. Of some types
 * they may be: what is said is of the others.
 */
export const NOT_SIMULATED: ReadonlyMap<number, string> = new Map([
  [121, FRAMES],
  [147, PATHS],
  [153, VARIABLES],
  [154, VARIABLES],
  [188, FRAMES],
]);
