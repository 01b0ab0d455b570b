// SPDX-License-Identifier: MIT
/* Data of sections of its own that is hidden: user space does not map it. Beside one variable that is not, all is mapped. */
#include "common.h"

#define HIDDEN(section) SEC(section) __attribute__((visibility("hidden"), aligned(8)))

HIDDEN(".bss.counts") __u64 packets;
HIDDEN(".bss.counts") __u64 bytes;
HIDDEN(".data.limits") __u32 most = 3;
SEC(".data.limits") __u32 least = 1;

SEC("socket")
int count(struct __sk_buff *skb)
{
	packets++;
	bytes += skb->len;
	return packets > most ? 0 : least;
}
