// SPDX-License-Identifier: Apache-2.0
//
// What the two programs that send an announcement in the kernel have in common: their helpers, and the maps between them and user
// space.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#define HELPER(name) (*(name))
static void *HELPER(lookup)(void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static long HELPER(delete)(void *map, const void *key) = (void *)BPF_FUNC_map_delete_elem;
static long HELPER(pop)(void *queue, void *value) = (void *)BPF_FUNC_map_pop_elem;
static __u64 HELPER(ktime_get_ns)(void) = (void *)BPF_FUNC_ktime_get_ns;
static __u32 HELPER(this_cpu)(void) = (void *)BPF_FUNC_get_smp_processor_id;
static long HELPER(load_bytes)(const struct __sk_buff *skb, __u32 offset, void *to, __u32 length) =
	(void *)BPF_FUNC_skb_load_bytes;
static long HELPER(store_bytes)(struct __sk_buff *skb, __u32 offset, const void *from, __u32 length, __u64 flags) =
	(void *)BPF_FUNC_skb_store_bytes;
static long HELPER(change_length)(struct __sk_buff *skb, __u32 length, __u64 flags) =
	(void *)BPF_FUNC_skb_change_tail;
static long HELPER(send_copy)(struct __sk_buff *skb, __u32 ifindex, __u64 flags) = (void *)BPF_FUNC_clone_redirect;
static long HELPER(send_on)(__u32 ifindex, __u64 flags) = (void *)BPF_FUNC_redirect;
static long HELPER(set_hash)(struct __sk_buff *skb, __u32 hash) = (void *)BPF_FUNC_set_hash;
static void HELPER(forget_hash)(struct __sk_buff *skb) = (void *)BPF_FUNC_set_hash_invalid;

#define INLINE static inline __attribute__((always_inline))
#define NET16(value) __builtin_bswap16(value)
// Of a frame's context: the verifier takes no access to two members at once, as a compiler makes of neighbours.
#define MEMBER(skb, name) (*(volatile __u32 *)&(skb)->name)

// What the stack holds is written eight bytes at a time: without CAP_PERFMON, verifiers before Linux 6.3 take no smaller write to where
// eight bytes were. A key of four bytes is the low half of such a number.
typedef __u64 on_stack;

// --- Hash maps that user space writes; whoever loads the programs puts their descriptors here.

// By 0: what holds for all ports.
extern char lease;
struct lease {
	__u64 until_ns; // CLOCK_MONOTONIC: nothing begins later, since whoever armed it may be dead
	__u32 herald1; // number of the interface
	__u32 unused;
};

// By number of the port: the number of the announcement that is armed there, which no other ever has.
extern char armed;

// By number of an announcement: the MAC that sets it off, in the six low bytes as on the wire. Whoever takes the entry out, be it
// this program or user space, has the announcement.
extern char tokens;
