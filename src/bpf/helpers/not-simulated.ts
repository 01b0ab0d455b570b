const OBJECTS = "programs hold no pointers to objects of the kernel that it works on";
const SOCKETS = "the kernel's own structures of sockets are not simulated";
const FILES = "there are no files";
const VARIABLES = "there are no variables of the kernel";

/**
 * Why helpers that Linux offers to programs at one of netsim's attachment points are not simulated there, by number. Of some types
 * they may be: what is said is of the others.
 */
export const NOT_SIMULATED: ReadonlyMap<number, string> = new Map([
  [46, OBJECTS],
  [109, "nobody takes the signals of programs at events"],
  [111, OBJECTS],
  [117, "nobody takes the signals of programs at events"],
  [121, OBJECTS],
  [136, SOCKETS],
  [137, SOCKETS],
  [138, SOCKETS],
  [139, SOCKETS],
  [140, SOCKETS],
  [141, "processing a packet has no call stack"],
  [147, FILES],
  [153, VARIABLES],
  [154, VARIABLES],
  [162, FILES],
  [175, "processes have no code, so that there are no registers"],
  [178, SOCKETS],
  [180, "processes have no address spaces"],
  [188, OBJECTS],
  [196, SOCKETS],
]);
