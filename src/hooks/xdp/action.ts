import { ERRNO } from "../../bpf/maps/errno.ts";

/** enum xdp_action (linux/bpf.h). */
export const XDP_ACTION = { ABORTED: 0, DROP: 1, PASS: 2, TX: 3, REDIRECT: 4 } as const;

/** Why a frame does not go elsewhere (xdp_do_redirect): negative error numbers. */
export const REDIRECT_ERROR = {
  /** Nobody has said where to. */
  noTarget: -ERRNO.EBADRQC,
  noDevice: -ERRNO.EINVAL,
  /** The device's driver takes no frames of XDP. */
  notTaken: -ERRNO.EOPNOTSUPP,
  tooLong: -ERRNO.EMSGSIZE,
} as const;
