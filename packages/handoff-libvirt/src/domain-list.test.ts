import { type Domain, LIFECYCLE } from '@nic-herald/libvirt';
import { expect, it } from 'vitest';
import { domainOf, UUID } from '../test/handoff-fixture.js';
import { DomainList } from './domain-list.js';

const OTHER = '99999999-2222-4333-8444-555555555555';

it('what happens while it is listed counts, whenever the list was made', async () => {
  let answer = (_: Domain[]): void => undefined;
  const list = new DomainList({
    domains: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  });
  const listed = list.refresh();
  list.apply({ domain: domainOf(), event: LIFECYCLE.STOPPED });
  list.apply({ domain: domainOf(OTHER), event: LIFECYCLE.STARTED });
  answer([domainOf()]);
  await listed;
  expect(list.all().map(({ uuid }) => uuid)).toEqual([OTHER]);
  list.apply({ domain: domainOf(), event: LIFECYCLE.SHUTDOWN });
  list.apply({ domain: domainOf(OTHER), event: LIFECYCLE.SUSPENDED });
  expect(list.get(OTHER)).toBeDefined();
  expect(list.get(UUID)).toBeUndefined();
});
