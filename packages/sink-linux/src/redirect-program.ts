import { instruction } from '@nic-herald/linux-sys';

/** The program's name, as `tc filter show` and `bpftool prog` list it. */
export const REDIRECT_PROGRAM_NAME = 'herald_inject';

const LOAD_WORD = 0x61; // BPF_LDX | BPF_MEM | BPF_W
const SET = 0xb7; // BPF_ALU64 | BPF_MOV | BPF_K
const CALL = 0x85; // BPF_JMP | BPF_CALL
const EXIT = 0x95; // BPF_JMP | BPF_EXIT
const MARK_OFFSET = 8; // of mark in struct __sk_buff
const BPF_F_INGRESS = 1;
const HELPER_REDIRECT = 23;

/**
 * `return bpf_redirect(skb->mark, BPF_F_INGRESS)`: what is sent on this interface comes in at the interface
 * whose number is the frame's mark, as if received there. A frame without mark (0 is no interface) is
 * dropped, so nothing that the host itself says here gets anywhere. See bpf-helpers(7).
 */
export const REDIRECT_PROGRAM: Uint8Array = Uint8Array.of(
  ...instruction(LOAD_WORD, 1, 1, MARK_OFFSET, 0),
  ...instruction(SET, 2, 0, 0, BPF_F_INGRESS),
  ...instruction(CALL, 0, 0, 0, HELPER_REDIRECT),
  ...instruction(EXIT, 0, 0, 0, 0),
);
