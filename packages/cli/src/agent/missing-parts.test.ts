import {
  FRAME_SINK,
  GUEST_MONITOR,
  HANDOFF_STORE,
  NIC_MODEL,
  PORT_RESOLVER,
  STATION_LEARNER,
} from '@nic-herald/core';
import { tokenName } from '@nic-herald/core/internal';
import { expect, it } from 'vitest';
import { missingParts } from './missing-parts.js';

const ALL = [FRAME_SINK, GUEST_MONITOR, HANDOFF_STORE, NIC_MODEL, PORT_RESOLVER, STATION_LEARNER];

it.each([
  [GUEST_MONITOR, 'no plugin watches guests'],
  [NIC_MODEL, 'no plugin reads cards'],
  [PORT_RESOLVER, 'no plugin finds ports'],
  [FRAME_SINK, 'no plugin brings a sink'],
  [STATION_LEARNER, 'no plugin learns'],
  [HANDOFF_STORE, 'no plugin brings a hand-off'],
] as const)('says what an agent without %s does less', (token, words) => {
  const others = new Set(ALL.filter((each) => each !== token).map((each) => tokenName(each)));
  expect(missingParts(others)).toEqual([expect.stringContaining(words)]);
});

it('says nothing where nothing is missing', () => {
  expect(missingParts(new Set(ALL.map((each) => tokenName(each))))).toEqual([]);
});
