#include "common.h"
extern int LINUX_KERNEL_VERSION __kconfig; extern bool LINUX_HAS_BPF_COOKIE __kconfig __weak; extern unsigned long CONFIG_NO_SUCH_NUMBER __kconfig __weak; extern char CONFIG_NO_SUCH_TEXT[16] __kconfig __weak; extern enum libbpf_tristate CONFIG_NO_SUCH_SWITCH __kconfig __weak;
SEC("socket") int f(struct __sk_buff *skb) { return LINUX_KERNEL_VERSION > 0x50000 ? CONFIG_NO_SUCH_NUMBER + CONFIG_NO_SUCH_TEXT[1] + (CONFIG_NO_SUCH_SWITCH == TRI_YES) : LINUX_HAS_BPF_COOKIE; }
