import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handoffStoreContract, testContract } from '@nic-herald/testkit';
import { describe, it } from 'vitest';
import { FakeDaemon } from '../../libvirt/test/fake-daemon.js';
import { domainOf, openBench, options, storeAt, UUID } from '../test/handoff-fixture.js';

const ONE = 'a domain has one entry, of the host that wrote last';
/** What this store cannot keep: an entry of each host, and guests that libvirt does not know. */
const NOT_OURS = new Map([
  ["replaces a host's entry, and keeps those of other hosts and guests", ONE],
  ['keeps hosts and guests apart, whatever they are called', ONE],
  ['shows an entry that cannot be read with its problem, and hides no other', ONE],
  ['tells who owns a MAC, by primary MACs alone', ONE],
  ['answers about as many MACs as may be asked for', ONE],
  ['tells what a host wrote', ONE],
  ['knows of what was replaced and removed', ONE],
]);

const suite = handoffStoreContract({
  open: () => openBench(),
  noSpoil: ONE,
  openDisconnected: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'herald-libvirt-'));
    const path = join(directory, 'libvirt-sock');
    const { store } = storeAt(path);
    await store.start(options);
    let daemon: FakeDaemon | undefined;
    return {
      store,
      connect: async () => {
        daemon = await FakeDaemon.listen(path, (each) => each.domains.push(domainOf(UUID)));
      },
      close: async () => {
        await store.close();
        await daemon?.close();
        await rm(directory, { recursive: true, force: true });
      },
    };
  },
});

const cases = suite.cases.map((each) => {
  const skip = NOT_OURS.get(each.name) ?? each.skip;
  return skip === undefined ? each : { ...each, skip };
});
testContract({ name: suite.name, cases }, { describe, it });
