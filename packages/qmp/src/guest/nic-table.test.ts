import { describe, expect, it } from 'vitest';
import type { QmpCommands } from '../commands/qmp-commands.js';
import { NicTable } from './nic-table.js';

const { signal } = new AbortController();
const line = (id: string, model = 'virtio-net-pci', netdev = `${id}-net`): string =>
  `${id}: index=0,type=nic,model=${model},macaddr=52:54:00:00:00:01\n \\ ${netdev}: index=0,type=tap,ifname=tap0,script=no,downscript=no\n`;

/** What a QEMU with these NICs answers, and how often it was asked. */
const asked = () => {
  const qemu = { text: '', named: [] as string[], count: 0 };
  const answer = <T>(value: T): Promise<T> => {
    qemu.count += 1;
    return Promise.resolve(value);
  };
  const commands = {
    human: () => answer(qemu.text),
    children: (path: string) =>
      answer(
        path === '/machine/peripheral'
          ? qemu.named.map((name) => ({ path: `${path}/${name}`, type: 'virtio-net-pci' }))
          : [],
      ),
    property: () => answer('52:54:00:00:00:01'),
  };
  return { qemu, table: new NicTable(commands as unknown as QmpCommands) };
};

describe('NicTable', () => {
  it('asks one command where QEMU says what it said before', async () => {
    const { qemu, table } = asked();
    Object.assign(qemu, { text: line('nic0'), named: ['nic0'] });
    const first = await table.list({ signal });
    expect(first).toMatchObject([{ id: 'nic0', type: 'virtio-net-pci', primaryMac: '52:54:00:00:00:01' }]);
    const before = qemu.count;
    expect(await table.list({ signal })).toEqual(first);
    expect(qemu.count - before).toBe(1);
  });

  it('asks anew where a NIC came', async () => {
    const { qemu, table } = asked();
    Object.assign(qemu, { text: line('nic0'), named: ['nic0'] });
    await table.list({ signal });
    Object.assign(qemu, { text: line('nic0') + line('nic1'), named: ['nic0', 'nic1'] });
    expect((await table.list({ signal })).map(({ id }) => id)).toEqual(['nic0', 'nic1']);
    expect(await table.pathOf('nic1', { signal })).toBe('/machine/peripheral/nic1');
  });

  it('looks again for one that was not in the object tree', async () => {
    const { qemu, table } = asked();
    qemu.text = line('nic0');
    await table.list({ signal });
    qemu.named = ['nic0'];
    await table.list({ signal });
    expect(await table.pathOf('nic0', { signal })).toBe('/machine/peripheral/nic0');
  });
});
