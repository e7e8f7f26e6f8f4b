import { type GuestKey, type NicModel, Turns } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import type { MacAddress } from '@nic-herald/wire';
import { listNics } from '../src/engine/list-nics.js';
import { GuestKnowledge } from '../src/knowledge/guest-knowledge.js';
import { ModelRegistry } from '../src/knowledge/model-registry.js';
import { NO_OTHERS } from '../src/knowledge/others-view.js';
import { type CardState, FakeGuest, fakeModel } from './fake-guest.js';

/** The key under which `testKnowledge` hands on. */
export const KEY = 'name:web-1' as GuestKey;
const { signal } = new AbortController();

/** The knowledge of a guest that is made up, with the clock it lives by. */
export const testKnowledge = (
  models: readonly NicModel<CardState>[] = [fakeModel()],
  ownedByOthers: (own: readonly MacAddress[]) => ReadonlySet<MacAddress> = () => new Set(),
) => {
  const clock = new FakeClock();
  const guest = new FakeGuest();
  const registry = new ModelRegistry(models, []);
  const findingPorts = new Turns(clock, { places: 1, holdMs: 1000 });
  const listed = (within: AbortSignal) => listNics(guest, { clock, findingPorts }, within);
  const knowledge = new GuestKnowledge(guest, registry, clock, listed, undefined, {
    ...NO_OTHERS,
    ownedByOthers,
  });
  /** A look, with the fake time that it takes. */
  const look = async (only?: string[]) => {
    const refreshed = knowledge.refresh(signal, only === undefined ? undefined : new Set(only));
    await clock.settle();
    return refreshed;
  };
  const stateOf = (id = 'nic0') =>
    knowledge.snapshot({ guest: KEY, host: 'A', epoch: 1 }).nics.find((nic) => nic.id === id)?.state;
  return { clock, guest, knowledge, look, stateOf };
};
