/** Commands of bpf(2) (enum bpf_cmd of include/uapi/linux/bpf.h). */
export const COMMAND = {
  mapCreate: 0,
  mapLookup: 1,
  mapUpdate: 2,
  mapDelete: 3,
  mapNextKey: 4,
  programLoad: 5,
  objectPin: 6,
  programAttach: 8,
  programDetach: 9,
  programTestRun: 10,
  rawTracepointOpen: 17,
  btfLoad: 18,
  mapTake: 21,
  mapFreeze: 22,
  linkCreate: 28,
  linkUpdate: 29,
} as const;
