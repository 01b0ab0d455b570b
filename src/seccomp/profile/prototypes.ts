/** Names of the arguments of common calls, as kafel policies and system call listings write them: `call argument argument ...`. */
const PROTOTYPES = `
read fd buf count
write fd buf count
open filename flags mode
openat dfd filename flags mode
openat2 dfd filename how usize
close fd
stat filename statbuf
fstat fd statbuf
lstat filename statbuf
poll ufds nfds timeout_msecs
lseek fd offset whence
mmap addr len prot flags fd off
mprotect start len prot
munmap addr len
brk brk
rt_sigaction sig act oact sigsetsize
rt_sigprocmask how nset oset sigsetsize
ioctl fd cmd arg
pread64 fd buf count pos
pwrite64 fd buf count pos
readv fd vec vlen
writev fd vec vlen
access filename mode
faccessat dfd filename mode
pipe2 fildes flags
dup fildes
dup2 oldfd newfd
dup3 oldfd newfd flags
mremap addr old_len new_len flags new_addr
msync start len flags
madvise start len behavior
socket family type protocol
connect fd uservaddr addrlen
accept fd upeer_sockaddr upeer_addrlen
accept4 fd upeer_sockaddr upeer_addrlen flags
sendto fd buff len flags addr addr_len
recvfrom fd ubuf size flags addr addr_len
sendmsg fd msg flags
recvmsg fd msg flags
shutdown fd how
bind fd umyaddr addrlen
listen fd backlog
socketpair family type protocol usockvec
setsockopt fd level optname optval optlen
getsockopt fd level optname optval optlen
clone clone_flags newsp parent_tidptr child_tidptr tls_val
clone3 cl_args size
execve filename argv envp
execveat fd filename argv envp flags
exit error_code
exit_group error_code
wait4 upid stat_addr options ru
kill pid sig
tkill pid sig
tgkill tgid pid sig
fcntl fd cmd arg
flock fd cmd
ftruncate fd length
getdents64 fd dirent count
mkdirat dfd pathname mode
unlinkat dfd pathname flag
prctl option arg2 arg3 arg4 arg5
arch_prctl option arg2
ptrace request pid addr data
setpriority which who niceval
setrlimit resource rlim
prlimit64 pid resource new_rlim old_rlim
futex uaddr op val utime uaddr2 val3
epoll_ctl epfd op fd event
epoll_create1 flags
eventfd2 count flags
clock_gettime which_clock tp
clock_nanosleep which_clock flags rqtp rmtp
mount dev_name dir_name type flags data
umount2 name flags
unshare unshare_flags
setns fd flags
memfd_create uname_ptr flags
getrandom buf count flags
seccomp op flags uargs
bpf cmd uattr size
personality personality
`;

let table: ReadonlyMap<string, readonly string[]> | undefined;

/** Names of a call's arguments in their order; undefined for calls that are not in the table. */
export function argumentNames(call: string): readonly string[] | undefined {
  table ??= new Map(
    PROTOTYPES.trim()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([name, ...names]) => [name!, names]),
  );
  return table.get(call);
}
