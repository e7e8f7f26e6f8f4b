import type { HostName } from './move.js';

/** A history that somebody thought of, or that failed once, and all that is announced in it. */
export interface Row {
  readonly name: string;
  /** In the words of `movesOf`; machine 0 has run on A before, see `BEFORE`. */
  readonly moves: string;
  /** By machine and host, in the words of `Machine.wordOf`; nothing else is announced anywhere. */
  readonly announced: Readonly<Record<string, string>>;
  readonly cloned?: boolean;
  readonly agents?: readonly HostName[];
  readonly latencyMs?: number;
  readonly isSlow?: boolean;
  /** What the store has of machine 0 in the end: who wrote it, and the quiet stations in it. */
  readonly store?: Readonly<Record<string, string>>;
}

/** It has run on A for long, and all is known of it there. */
export const BEFORE = 'boot 0 A; pass 3000; speak 0 0; speak 0 1; pass 12000';

const CARD = 'm1 m1/10 p p/10';
const ALL = `${CARD} q0 q1`;
const toB = 'begin 0 B; pass 1000; complete 0 60; pass 3000';

export const ROWS: readonly Row[] = [
  { name: 'A to B', moves: toB, announced: { '0@B': ALL }, store: { B: 'q0 q1' } },
  {
    name: 'A to B, which has no agent, and back while the agent of A is down',
    moves: `${toB}; sweep 0; end A; begin 0 A; pass 1000; complete 0 60; pass 2000; start A; pass 5000`,
    agents: ['A', 'C'],
    announced: { '0@A': ALL },
    store: { A: 'q0 q1' },
  },
  {
    name: 'A to B, whose process dies, the source goes on, then to C',
    moves: `${toB}; fallBack 0; pass 3000; begin 0 C; pass 1000; complete 0 60; pass 3000`,
    announced: { '0@B': ALL, '0@A': ALL, '0@C': ALL },
    store: { B: 'q0 q1', C: 'q0 q1' }, // that of B is removed after a minute
  },
  {
    name: 'a clone boots on B',
    moves: 'boot 1 B; pass 12000; inspect B',
    cloned: true,
    announced: {},
    store: { A: 'q0 q1', B: '' },
  },
  {
    name: 'a clone is restored on B',
    moves: 'restore 1 B; pass 3000; inspect B; resume 1; pass 5000; inspect B',
    cloned: true,
    announced: { '1@B': CARD },
    store: { A: 'q0 q1', B: '' },
  },
  {
    name: 'A dies, it boots on C, and moves to B: nothing of its former life is announced',
    moves: 'die A; pass 5000; boot 0 C; pass 10000; begin 0 B; pass 1000; complete 0 60; pass 3000',
    announced: { '0@B': CARD },
    store: { A: 'q0 q1', B: '' },
  },
  ...[0, 30].flatMap((latencyMs): Row[] =>
    [0, 1, 70].map((ms) => ({
      name: `the agent of B is killed ${ms} ms after the RESUME, and started again (latency ${latencyMs} ms)`,
      moves: `begin 0 B; pass 1000; complete 0 60; pass ${ms}; kill B; pass 2000; start B; pass 5000`,
      latencyMs,
      announced: { '0@B': ALL },
      store: { B: 'q0 q1' },
    })),
  ),
  ...[5, 60, 300].map(
    (ms): Row => ({
      name: `the agent of B starts late, is killed ${ms} ms later, within its slow first round, and started again`,
      moves: `${toB}; start B; pass ${ms}; kill B; pass 2000; start B; pass 5000`,
      agents: ['A', 'C'],
      isSlow: true,
      announced: { '0@B': ALL },
      store: { B: 'q0 q1' },
    }),
  ),
  {
    name: 'within A',
    moves: 'begin 0 A; pass 1000; complete 0 60; pass 3000',
    announced: { '0@A': ALL },
    store: { A: 'q0 q1' },
  },
  {
    name: 'both agents are started anew while it is being sent',
    moves:
      'begin 0 B; pass 1000; end A; kill B; pass 2000; start A; start B; pass 1000; complete 0 60; pass 3000',
    announced: { '0@B': ALL },
    store: { B: 'q0 q1' },
  },
  {
    name: 'both agents are started anew while it is held at B',
    moves:
      'begin 0 B; pass 1000; complete 0 60 true true; end A; kill B; pass 2000; start A; start B; pass 2000; resume 0; pass 3000',
    announced: { '0@B': ALL },
    store: { A: 'q0 q1', B: 'q0 q1' },
  },
  {
    name: 'paused, moved to B, and resumed there 10 minutes later',
    moves:
      'pause 0; pass 1000; begin 0 B; pass 1000; complete 0 0 true true; pass 600000; resume 0; pass 3000',
    announced: { '0@B': ALL },
    store: { A: 'q0 q1', B: 'q0 q1' },
  },
  {
    name: 'a background snapshot',
    moves: 'snapshot 0; pass 3000; speak 0 2; pass 12000',
    announced: {},
    store: { A: 'q0 q1 q2' },
  },
  {
    name: 'the agent of B starts after the RESUME',
    moves: `${toB}; start B; pass 3000`,
    agents: ['A', 'C'],
    announced: { '0@B': ALL },
    store: { B: 'q0 q1' },
  },
  {
    name: 'the last word of a source that was quicker to send it all than to write it down',
    moves: 'begin 0 B; speak 0 2; complete 0 0 true true; pass 3000; resume 0; pass 3000',
    latencyMs: 30,
    announced: { '0@B': `${ALL} q2` },
  },
  {
    name: 'the last word of a source that came while the plan was being made',
    moves: 'begin 0 B; pass 1000; speak 0 2; complete 0 60; pass 3000',
    latencyMs: 30,
    announced: { '0@B': `${ALL} q2` },
  },
  {
    name: "the same within A, whose one entry is the destination's a moment later",
    moves: 'begin 0 A; pass 1000; speak 0 2; complete 0 60; pass 3000',
    latencyMs: 30,
    announced: { '0@A': `${ALL} q2` },
  },
  {
    name: 'a hostile epoch in the store, which tidies nothing away',
    moves: `foreign 0 4294967296; pass 1000; begin 0 B; pass 1000; complete 0 0 true true; pass 3000; resume 0; pass 3000`,
    announced: { '0@B': ALL },
  },
  {
    name: 'a cancelled migration, and one that is cancelled in its last moment',
    moves: 'begin 0 B; pass 1000; cancel 0; pass 3000; begin 0 B; pass 1000; cancelLate 0; pass 3000',
    announced: {},
    store: { A: 'q0 q1' },
  },
  {
    name: 'an agent that is started anew long after the arrival',
    moves: `${toB}; pass 60000; kill B; pass 1000; start B; pass 3000; end B; pass 400000; start B; pass 3000`,
    announced: { '0@B': ALL },
  },
  {
    name: 'a card that changed as it stopped, in a slow announcement: what is withdrawn repeats nothing',
    moves: 'begin 0 A; pass 1000; card 0 0; complete 0 0; pass 3000',
    latencyMs: 30,
    isSlow: true,
    announced: { '0@A': ALL },
  },
];
