/** Release of Linux that brought something, and the commit that did. */
export interface Since {
  /** `5.10` */
  readonly release: string;
  /** Twelve hexadecimal digits of the commit in Linus Torvalds' tree. */
  readonly commit: string;
}

/** Long-term releases of Linux that a program can be asked about. */
export const LONG_TERM_RELEASES = ["4.19", "5.4", "5.10", "5.15", "6.1", "6.6", "6.12", "6.18"] as const;

export const since = (release: string, commit: string): Since => ({ release, commit });

/** Order of releases: `5.4` comes before `5.10`. */
const orderOf = (release: string): number => {
  const [major, minor] = release.split(".");
  return Number(major) * 1000 + Number(minor);
};

export const isBefore = (release: string, other: string): boolean => orderOf(release) < orderOf(other);
