import {
  FRAME_SINK,
  GUEST_MONITOR,
  HANDOFF_STORE,
  NIC_MODEL,
  PORT_RESOLVER,
  STATION_LEARNER,
} from '@nic-herald/core';
import { type AnyToken, tokenName } from '@nic-herald/core/internal';
import { expect, it } from 'vitest';
import { missingParts } from './missing-parts.js';

const plugin = (tokens: readonly AnyToken[]) => ({
  registrations: tokens.map((token) => ({ token: tokenName(token) })),
});
const ALL = [FRAME_SINK, GUEST_MONITOR, HANDOFF_STORE, NIC_MODEL, PORT_RESOLVER, STATION_LEARNER];

it.each([
  [GUEST_MONITOR, 'no plugin watches guests'],
  [NIC_MODEL, 'no plugin reads cards'],
  [PORT_RESOLVER, 'no plugin finds ports'],
  [FRAME_SINK, 'no plugin brings a sink'],
  [STATION_LEARNER, 'no plugin learns'],
  [HANDOFF_STORE, 'no plugin brings a hand-off'],
] as const)('says what an agent without %s does less', (token, words) => {
  const others = ALL.filter((each) => each !== token);
  expect(missingParts([plugin(others.slice(0, 2)), plugin(others.slice(2))])).toEqual([
    expect.stringContaining(words),
  ]);
});

it('says nothing where nothing is missing', () => {
  expect(missingParts([plugin(ALL)])).toEqual([]);
});
