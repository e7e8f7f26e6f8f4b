// SPDX-License-Identifier: Apache-2.0
//
// For filters of packet sockets. A filter of sockets may not look at a frame's memory itself: it asks for each piece. So it needs
// no CAP_PERFMON. It takes no frame, so none is copied to user space.
//
// Little-endian machines only.

#include <linux/bpf.h>
#include <linux/if_ether.h>

#define HELPER(name) (*(name))
// Reads from a frame wherever the kernel keeps its parts; fails where it is too short.
static long HELPER(load_bytes)(const struct __sk_buff *skb, __u32 offset, void *to, __u32 length) =
	(void *)BPF_FUNC_skb_load_bytes;

#define INLINE static inline __attribute__((always_inline))
#define NET16(value) __builtin_bswap16(value)
#define VID_MASK 0x0fff

// A station as the maps have it: the MAC in the six low bytes, as on the wire, and the VLAN (0 = untagged) in the two high ones.
// `head`: the MAC, and two bytes that stand behind it.
INLINE __u64 station_of(__u64 head, __u64 vlan)
{
	return (head & 0xffffffffffff) | vlan << 48;
}
