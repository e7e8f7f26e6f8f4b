import { instruction, withMap } from '@nic-herald/linux-sys';

/** The program's name, as `tc filter show` and `bpftool prog` list it. */
export const REDIRECT_PROGRAM_NAME = 'herald_inject';

const LOAD_WORD = 0x61; // BPF_LDX | BPF_MEM | BPF_W
const STORE_WORD = 0x63; // BPF_STX | BPF_MEM | BPF_W
const LOAD_64 = 0x18; // BPF_LD | BPF_IMM | BPF_DW, two instructions long
const COPY = 0xbf; // BPF_ALU64 | BPF_MOV | BPF_X
const SET = 0xb7; // BPF_ALU64 | BPF_MOV | BPF_K
const ADD = 0x07; // BPF_ALU64 | BPF_ADD | BPF_K
const ADD_TO_MEMORY = 0xdb; // BPF_STX | BPF_ATOMIC | BPF_DW, of which 0 adds
const JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const CALL = 0x85; // BPF_JMP | BPF_CALL
const EXIT = 0x95; // BPF_JMP | BPF_EXIT
const MARK_OFFSET = 8; // of mark in struct __sk_buff
const KEY_OFFSET = -4; // of the counter's key on the stack
const BPF_F_INGRESS = 1;
const HELPER_MAP_LOOKUP = 1;
const HELPER_REDIRECT = 23;

const INSTRUCTIONS: Uint8Array = Uint8Array.of(
  ...instruction(LOAD_WORD, 6, 1, MARK_OFFSET, 0), // r6 = the mark
  ...instruction(STORE_WORD, 10, 6, KEY_OFFSET, 0),
  ...instruction(LOAD_64, 1, 0, 0, 0), // r1 = the counters
  ...instruction(0, 0, 0, 0, 0),
  ...instruction(COPY, 2, 10, 0, 0),
  ...instruction(ADD, 2, 0, 0, KEY_OFFSET), // r2 = where the key is
  ...instruction(CALL, 0, 0, 0, HELPER_MAP_LOOKUP),
  ...instruction(JUMP_IF_EQUAL, 0, 0, 2, 0), // not counted: redirected all the same
  ...instruction(SET, 1, 0, 0, 1),
  ...instruction(ADD_TO_MEMORY, 0, 1, 0, 0),
  ...instruction(COPY, 1, 6, 0, 0),
  ...instruction(SET, 2, 0, 0, BPF_F_INGRESS),
  ...instruction(CALL, 0, 0, 0, HELPER_REDIRECT),
  ...instruction(EXIT, 0, 0, 0, 0),
);

/**
 * `counters[skb->mark] += 1; return bpf_redirect(skb->mark, BPF_F_INGRESS)`: what is sent on this interface comes in at
 * the interface whose number is the frame's mark, as if received there, and is counted where that mark has a counter. A
 * frame without mark (0 is no interface) is dropped, so nothing that the host itself says here gets anywhere. See
 * bpf-helpers(7).
 */
export const redirectProgram = (countersFd: number): Uint8Array => withMap(INSTRUCTIONS, [2], countersFd);
