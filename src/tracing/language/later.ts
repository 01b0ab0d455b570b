/** The version whose language this is. */
const VERSION = "0.17";

/** What bpftrace has of its functions and words in later versions alone. */
const LATER: ReadonlySet<string> = new Set(
  [
    "strlen has_key len is_ptr is_str is_array is_literal tseries assert assert_str errorf warnf debugf fail pton percpu_kaddr",
    "offsetof comptime typeof typeinfo strerror socket_cookie memcmp usermode ppid",
  ]
    .join(" ")
    .split(" "),
);

/** What is said of a name that only later versions know; undefined of others. */
export const ofLater = (name: string): string | undefined =>
  LATER.has(name) ? `Later versions of bpftrace than ${VERSION} have it.` : undefined;
