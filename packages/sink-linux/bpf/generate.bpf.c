// SPDX-License-Identifier: Apache-2.0
//
// A classifier at the ingress of herald1, to which nothing comes in but copies from trigger.bpf.c. Overwrites such a copy with one
// frame of the announcement after another and puts each in at the guest's tap. First on the CPU on which QEMU writes, for as long as
// QEMU may be held. What is left goes on at the ingress of herald0, which another CPU looks after (RPS), CHUNK frames at a time, so that
// the backlog of that CPU is emptied in between.
//
// Uses what Linux 5.8 has, and needs no CAP_PERFMON. Little-endian machines only. After a change: npm run generate, in this package.

#include "announcement.h"

// By number of an announcement: what may be sent, and what was. Here until user space knows what became of it.
extern char firings;
struct firing {
	__u32 ifindex, count; // of the port; frames that may leave here
	__u32 ungranted; // of those the leading ones that need no grant
	__u32 hold_ns; // so long frames may be made while QEMU waits
	__u64 fired_ns, done_ns; // CLOCK_MONOTONIC; 0 = not yet
	__u32 sent; // the first so many left
	__u32 drawn; // frames that were granted
	__u32 end; // why it ended
	__u32 cpu, chunks; // where it began; how often the work was begun
	__u32 unused;
};
#define END_ALL_SENT 1
#define END_NO_GRANT 2
#define END_REFUSED 3
#define END_STOPPED 4
#define END_HELD_LONG_ENOUGH 5 // and there is nowhere else to go on

// By number of an announcement: there where it is to end. Written by user space alone.
extern char stopped;

// By number of an announcement and of the frame.
extern char frames;
struct frame_key {
	__u64 announcement;
	__u64 index;
};
#define MOST_BYTES 124
struct frame {
	__u32 length;
	__u8 bytes[MOST_BYTES];
};

// By number of a CPU: where to go on so that another CPU does. Empty where none can.
extern char elsewhere;
struct elsewhere {
	__u32 herald0; // number of the interface
	__u32 hash; // which of its CPUs
};

// A queue of grants to send frames, for all ports together. The value says for how many; user space refills it.
extern char grants;

// --- The copy of QEMU's frame, on its way

// Far below what a backlog takes. Written out by the compiler: without CAP_PERFMON verifiers before Linux 6.18 also follow what a processor
// might do beyond the end of a loop, and give up.
#define CHUNK 32
#define LEAST_BYTES 60
#define GOES_ON 0x80000000u // of its mark: it has been here before

struct envelope { // a frame of no meaning, which names the announcement that goes on
	__u64 addresses; // and what follows are 0 but for
	__u64 kind; // the Ethernet type, and behind it whether another CPU is at it
	__u64 announcement;
};
#define KIND ((__u64)NET16(EXPERIMENTAL) << 32)
#define IS_ELSEWHERE (1ull << 48)

#define EXPERIMENTAL 0x88b5 // IEEE 802, annex of local experiments

// Whether another frame may leave: 0, or why not.
INLINE __u32 reason_to_end(struct firing *firing, __u64 number, __u32 sent)
{
	if (sent >= firing->count)
		return END_ALL_SENT;
	if (lookup(&stopped, &number))
		return END_STOPPED;
	if (sent < firing->ungranted || sent - firing->ungranted < firing->drawn)
		return 0;
	on_stack granted = 0;
	if (pop(&grants, &granted) || granted == 0)
		return END_NO_GRANT;
	firing->drawn += granted;
	return 0;
}

// 0 where it left.
INLINE int send_frame(struct __sk_buff *skb, const struct frame *frame, __u32 ifindex)
{
	// Two comparisons of one register of full width: of the one that a compiler makes of them old verifiers learn nothing.
	__u64 length = frame->length;
	if (length > MOST_BYTES)
		return 1;
	asm volatile("" : "+r"(length));
	if (length < ETH_HLEN)
		return 1;
	if (length != skb->len && change_length(skb, length, 0))
		return 1;
	if (store_bytes(skb, 0, frame->bytes, length, 0))
		return 1;
	return send_copy(skb, ifindex, BPF_F_INGRESS) != 0;
}

INLINE int end(struct firing *firing, __u32 why)
{
	firing->end = why;
	firing->done_ns = ktime_get_ns();
	return TC_ACT_SHOT; // the copy alone
}

__attribute__((section("classifier"), used)) int generate(struct __sk_buff *skb)
{
	on_stack ifindex = skb->mark & ~GOES_ON;
	__u8 is_first = !(skb->mark & GOES_ON);
	struct envelope envelope = {0, 0, 0}; // not yet what it is to be: a helper may not write where a number was
	__u32 hash = MEMBER(skb, hash);
	__u64 number;

	if (is_first) {
		const __u64 *announcement = lookup(&armed, &ifindex);
		if (!announcement)
			return TC_ACT_SHOT;
		number = *announcement;
	} else {
		if (load_bytes(skb, 0, &envelope, sizeof(envelope)))
			return TC_ACT_SHOT;
		number = envelope.announcement;
	}
	__u64 kind = is_first ? KIND : envelope.kind;
	struct firing *firing = lookup(&firings, &number);
	if (!firing || firing->ifindex != ifindex)
		return TC_ACT_SHOT;
	if (is_first) {
		// Before the token is taken: where it cannot serve, the announcement stays with user space.
		if (skb->len < LEAST_BYTES && change_length(skb, LEAST_BYTES, 0))
			return TC_ACT_SHOT;
		if (delete (&tokens, &number))
			return TC_ACT_SHOT; // user space has it
		firing->fired_ns = ktime_get_ns();
		firing->cpu = this_cpu();
	}
	firing->chunks += 1;
	MEMBER(skb, mark) = ifindex; // whatever learns there knows ours by it
	forget_hash(skb);

	__u32 sent = firing->sent, why = 0;
#pragma clang loop unroll(full)
	for (int i = 0; i < CHUNK; i++) {
		if (!(kind & IS_ELSEWHERE) && ktime_get_ns() - firing->fired_ns >= firing->hold_ns) {
			why = END_HELD_LONG_ENOUGH;
			break;
		}
		why = reason_to_end(firing, number, sent);
		if (why)
			break;
		struct frame_key key = {number, sent};
		const struct frame *frame = lookup(&frames, &key);
		if (!frame || send_frame(skb, frame, ifindex)) {
			why = END_REFUSED;
			break;
		}
		sent += 1;
		firing->sent = sent;
	}
	if (sent >= firing->count)
		return end(firing, END_ALL_SENT);
	if (why && why != END_HELD_LONG_ENOUGH)
		return end(firing, why);

	__u32 next = skb->ifindex;
	if (why) {
		on_stack cpu = this_cpu();
		const struct elsewhere *other = lookup(&elsewhere, &cpu);
		if (!other)
			return end(firing, why);
		next = other->herald0;
		hash = other->hash;
		kind = KIND | IS_ELSEWHERE;
	}
	envelope.addresses = 0;
	envelope.kind = kind;
	envelope.announcement = number;
	if (skb->len < LEAST_BYTES && change_length(skb, LEAST_BYTES, 0))
		return end(firing, END_REFUSED);
	if (store_bytes(skb, 0, &envelope, sizeof(envelope), 0))
		return end(firing, END_REFUSED);
	MEMBER(skb, mark) = ifindex | GOES_ON;
	set_hash(skb, hash);
	return send_on(next, BPF_F_INGRESS); // where a backlog is full it ends there, and user space waits no longer than it may
}
