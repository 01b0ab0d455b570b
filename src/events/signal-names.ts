/** Names of signals by their numbers less 1, as on all machines but alpha, mips, parisc and sparc (signal(7)). */
export const SIGNAL_NAMES: readonly string[] = [
  "SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM",
  "SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPWR",
  "SIGSYS",
].flatMap((names) => names.split(" "));

/** _NSIG */
export const LAST_SIGNAL = 64;

/** The number of a signal by its name; 0 where none has that name. */
export const signalNamed = (name: string): number => SIGNAL_NAMES.indexOf(name) + 1;
