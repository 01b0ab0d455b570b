/** Answers of filters and actions (linux/pkt_cls.h), signed. */
export const TC_ACT = {
  UNSPEC: -1,
  OK: 0,
  RECLASSIFY: 1,
  SHOT: 2,
  PIPE: 3,
  STOLEN: 4,
  QUEUED: 5,
  REPEAT: 6,
  REDIRECT: 7,
  TRAP: 8,
  /** An action has given the packet away; nobody may touch it any more. */
  CONSUMED: 9,
  /** With the number of the action that is next in the low 28 bits. */
  JUMP: 0x1000_0000,
  /** With the chain's number in the low 28 bits. */
  GOTO_CHAIN: 0x2000_0000,
} as const;

const CHAIN_MASK = 0x0fff_ffff;

/** TC_ACT_GOTO_CHAIN with its chain. */
export const goToChain = (chain: number): number => TC_ACT.GOTO_CHAIN | chain;

/** The chain that an answer sends packets to; undefined for other answers. */
export const chainOf = (action: number): number | undefined =>
  action > 0 && (action & ~CHAIN_MASK) === TC_ACT.GOTO_CHAIN ? action & CHAIN_MASK : undefined;

/** TC_ACT_JUMP with the number of actions that are left out, from the first. */
export const jumpTo = (action: number): number => TC_ACT.JUMP | action;

/** How many actions an answer jumps over; undefined for other answers. */
export const jumpOf = (action: number): number | undefined =>
  action > 0 && (action & ~CHAIN_MASK) === TC_ACT.JUMP ? action & CHAIN_MASK : undefined;

/** Major number of a handle or class, its minor number 0 (TC_H_MAJ). */
export const majorOf = (classid: number): number => (classid & 0xffff_0000) >>> 0;

/** TC_H_MIN */
export const minorOf = (classid: number): number => classid & 0xffff;
